package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// reproduceOptions are what was asked for.
type reproduceOptions struct {
	option.Builder
	registry     option.Registry
	platforms    option.Platform
	progress     view.Progress
	request      request.Request
	reproducible string
	format       string
	noTrunc      bool
	name         string
	line         advice.Line
}

// reproduceFunc carries reproduce out.
type reproduceFunc func(context.Context, command.Cli, reproduceOptions) error

// newReproduceCommand makes the command.
func newReproduceCommand(dockerCLI command.Cli, run reproduceFunc) *cobra.Command {
	var options reproduceOptions
	cmd := &cobra.Command{
		Use:   "reproduce [OPTIONS] NAME[:TAG] [PATH | URL | -]",
		Short: "Build once more, and show whether the same image comes of it",
		Long: `Build once more, and show whether the same image comes of it.

NAME[:TAG] is the draft if there is one, or what is published. It is built again without cache, from the same inputs:
what its provenance and the draft say of revision, arguments, target, time and the digests of base images is taken from
there, and the rest from the command line, where the options of the build are given as they were. Of each platform it is
said whether the digest is the same; or which layer differs first, in which files, and why. The second build is removed
again; the draft gets a record of the result, beside that of the tests, and keeps its images and tags.`,
		Args: rangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name, options.line = args[0], advice.Given(cmd.Name(), cmd.Flags(), args)
			if len(args) > 1 {
				options.request.Context = args[1]
			}
			options.request.Stdin = view.StandardInput(dockerCLI)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.AddFlags(flags)
	options.registry.AddFlags(flags)
	options.platforms.AddFlags(flags, "Build these platforms only")
	option.AddProgress(flags, &options.progress)
	option.AddReproducible(flags, &options.reproducible)
	flags.StringVar(&options.format, "format", view.FormatTable,
		`Format the output ("table", "json", "md", or a Go template)`)
	flags.BoolVar(&options.noTrunc, "no-trunc", false, "Show all rows, in whole")
	flags.IntVar(&options.request.Jobs, "jobs", 0, "How many platforms are built at once (default: all)")
	option.AddRequest(flags, &options.request)
	for _, name := range []string{"no-cache", "no-cache-filter", "cache-from", "cache-to"} {
		flags.Lookup(name).Usage = "No effect: the second build is made without cache"
	}
	for _, name := range []string{"provenance", "sbom", "attest"} {
		flags.Lookup(name).Usage = "No effect: nothing attests the second build"
	}
	return cmd
}

// parse refuses what is wrong in itself; nothing is contacted.
func (o *reproduceOptions) parse() (r reproduce.Request, err error) {
	r = reproduce.Request{Build: o.request, Reproducible: o.reproducible, Trust: o.registry.Trust()}
	err = errors.Join(view.CheckDiffFormat(o.format), o.registry.Validate(), o.progress.Validate())
	if o.request.Context != "" {
		err = errors.Join(err, request.CheckContext(o.request.Context, o.request.File))
	}
	if bad := request.CheckEpoch(o.reproducible); bad != nil {
		err = errors.Join(err, failure.Usage("%w", bad))
	}
	if o.request.Jobs < 0 {
		err = errors.Join(err, failure.Usage("--jobs %d is less than 0", o.request.Jobs))
	}
	if err != nil {
		return r, err
	}
	if err := errors.Join(o.CheckName(false), o.request.Check()); err != nil { // also what is not done when it is repeated
		return r, err
	}
	if o.platforms.Values != nil {
		if r.Platforms, err = platform.Parse(o.platforms.Values); err != nil {
			return r, err
		}
	}
	r.Place, err = compare.ParsePlace(o.name)
	if err == nil && r.Place.Folder != "" {
		err = failure.Usage("%q is a folder, which has no name to be built under; give a draft or a published image", o.name)
	}
	return r, err
}

// runReproduce builds an image once more.
func runReproduce(ctx context.Context, dockerCLI command.Cli, options reproduceOptions) error {
	asked, err := options.parse()
	if err != nil {
		return err
	}
	sayNotes(dockerCLI, options.platforms.Notes())
	asked.Builder = func() (string, error) { return advice.ResolveBuilder(HostOf(dockerCLI), options.Name) }
	display, err := options.progress.Open(ctx, dockerCLI, "building again")
	if err != nil {
		return err
	}
	result, err := asked.Run(ctx, HostOf(dockerCLI), display)
	err = advice.AfterBuilder(HostOf(dockerCLI).Builders().DefaultName(), err)
	if err == nil {
		display.GiveWay()
	}
	if err = errors.Join(err, display.Wait()); err != nil {
		return err
	}
	if err := view.Reproduction(dockerCLI, options.format, options.noTrunc, result); err != nil {
		return err
	}
	return advice.AfterReproduction(result, view.Irreproducible(result), options.line)
}
