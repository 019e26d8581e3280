package command

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// promoteOptions are what was asked for.
type promoteOptions struct {
	expected option.Platform
	progress view.Progress
	registry option.Registry
	gate     option.Gate
	guards   option.Guard
	archTags option.ArchTags
	metadata option.Metadata
	limit    option.TimeLimit
	dryRun   bool
	along    bool
	source   string
	targets  []string
	line     advice.Line
}

// promoteFunc carries promote out.
type promoteFunc func(context.Context, command.Cli, promoteOptions) error

// newPromoteCommand makes the command.
func newPromoteCommand(dockerCLI command.Cli, run promoteFunc) *cobra.Command {
	var options promoteOptions
	cmd := &cobra.Command{
		Use:   "promote [OPTIONS] SOURCE TAG|NAME:TAG...",
		Short: "Give an image in a registry more tags, byte for byte",
		Long: `Give an image in a registry more tags, byte for byte.

SOURCE is NAME[:TAG] or NAME@DIGEST. A TAG alone is one of its repository; NAME:TAG may be in another registry. The
digest stays what it is, so signatures stay valid; --referrers takes them along to another repository. Only what has a
passed test in its attestations is promoted. Tags are written last; until then they are what they were.`,
		Args: minimumArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.source, options.targets, options.line = args[0], args[1:], advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.expected.AddFlags(flags, "Refuse an image that lacks one of these platforms; all it has is promoted")
	option.AddProgress(flags, &options.progress)
	options.registry.AddFlags(flags)
	options.gate.AddFlagsUnrecorded(flags)
	options.guards.AddFlags(flags)
	options.archTags.AddFlags(flags)
	options.metadata.AddFlags(flags)
	options.limit.AddFlags(flags)
	flags.BoolVar(&options.along, "referrers", false,
		"Take signatures, SBOMs and what else refers to the image along to another repository")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

// request is what promote has in common with others.
func (o *promoteOptions) request() (release.Request, error) {
	policy, err := o.gate.Parse()
	keep, archErr := o.archTags.Parse()
	r := release.Request{
		Guards: o.guards.Parse(), Gate: policy, DryRun: o.dryRun, Timeout: o.limit.TimeLimit, ArchTags: keep,
	}
	names := append([]string{o.source}, o.targets...)
	return r, errors.Join(
		archErr, o.progress.Validate(), err, o.registry.Validate(), o.limit.Validate(), o.metadata.Validate(),
		o.gate.CheckNames(names))
}

// parseTargets reads the tags and names that the image is to get.
func (o *promoteOptions) parseTargets(from ref.Image) ([]release.Target, error) {
	var names []reference.NamedTagged
	for _, text := range o.targets {
		if _, err := digest.Parse(text); err == nil {
			return nil, failure.Usage("%q is a digest; give a TAG or NAME:TAG to promote to", text)
		}
		if ref.IsTag(text) {
			text = from.Name.Name() + ":" + text
		}
		name, err := ref.ParseName(text)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return release.TargetsOf(names), nil
}

// runPromote gives an image more tags.
func runPromote(ctx context.Context, dockerCLI command.Cli, options promoteOptions) error {
	request, err := options.request()
	if err != nil {
		return err
	}
	from, err := ref.ParseImage(options.source)
	if err != nil {
		return err
	}
	targets, err := options.parseTargets(from)
	if err != nil {
		return err
	}
	as := release.AsItIs{Source: ref.Source{Text: options.source, Image: from}, Referrers: options.along}
	if options.expected.Values != nil {
		if as.Expected, err = platform.Parse(options.expected.Values); err != nil {
			return err
		}
	}
	sayNotes(dockerCLI, options.expected.Merged())
	c := releasing{
		dockerCLI: dockerCLI, title: "promoting", progress: options.progress, trust: options.registry.Trust(),
		metadata: options.metadata, line: options.line, recalls: true,
	}
	return c.run(ctx, targets, as, request)
}
