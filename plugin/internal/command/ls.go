package command

import (
	"context"
	"errors"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// lsOptions are the flags of ls.
type lsOptions struct {
	option.Builder
	format  string
	quiet   bool
	noTrunc bool
	filter  option.Filter
}

// lsFunc carries ls out.
type lsFunc func(context.Context, command.Cli, lsOptions) error

// newLsCommand makes docker multiplat ls.
func newLsCommand(dockerCLI command.Cli, run lsFunc) *cobra.Command {
	options := lsOptions{filter: option.NewFilter()}
	cmd := &cobra.Command{
		Use:     "ls [OPTIONS]",
		Aliases: []string{"list"},
		Short:   "List drafts",
		Long: `List drafts.

A draft is the local, unpublished image of NAME:TAG. PUBLISHED says whether the tag was last published from exactly
this draft ("yes"), from an earlier one ("older"), or not from here ("no"), with the start of the digest it got.

What ls reads is small: manifests and configs by their hashes, layers by their sizes. A byte of a layer that has changed
is seen where layers are read, by test and publish, before a tag is written.

--filter chooses: name=TEXT (a part of it, or a pattern), platform=PLATFORM, state=STATE (of the draft or of one of its
platforms), published=yes|no|older, until=DURATION (not changed since). Of a key that is given twice either value will
do; of several keys all have to fit.

--format 'table {{.Name}}\t{{.Digest}}' chooses columns: Name, Digest, Platforms, Verdict, Verdicts (by platform),
Published, PublishedDigest, Size, HumanSize, Updated, Age. --format json prints one object a line.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.AddFlags(flags)
	option.AddFormat(flags, &options.format)
	option.AddNoTrunc(flags, &options.noTrunc)
	flags.VarP(&options.filter, "filter", "f", `List drafts of this kind only (e.g., "state=failed")`)
	flags.BoolVarP(&options.quiet, "quiet", "q", false, "Print names only")
	return cmd
}

// runLs lists drafts, and says what else takes up space.
func runLs(ctx context.Context, dockerCLI command.Cli, options lsOptions) error {
	if err := errors.Join(options.CheckName(false), view.CheckRowFormat(options.format)); err != nil {
		return err
	}
	filter, err := drafts.ParseFilter(options.filter.Value(), time.Now())
	if err != nil {
		return err
	}
	h := HostOf(dockerCLI)
	return h.Look(ctx, func(s *store.Store) error {
		found, err := drafts.List(ctx, s)
		if err != nil {
			return err
		}
		err = view.Drafts(dockerCLI, view.List{
			Format: options.format, Quiet: options.quiet, NoTrunc: options.noTrunc,
		}, found.Filtered(filter))
		if err != nil || options.quiet || options.format != view.FormatTable {
			return err
		}
		size, err := found.Size(ctx, s)
		if err != nil {
			return err
		}
		view.SayStored(dockerCLI, size, s.Root())
		wait, cancel := context.WithTimeout(ctx, dockercli.EngineWait)
		defer cancel()
		images, bytes := found.Loaded(wait, h, s)
		view.SayLoaded(dockerCLI, images, bytes)
		options.sayCache(wait, dockerCLI)
		return nil
	})
}

// sayCache says how much the cache of the builder takes up. A builder that does not answer is left out.
func (o *lsOptions) sayCache(ctx context.Context, dockerCLI command.Cli) {
	builders := HostOf(dockerCLI).Builders()
	name, err := builders.Resolve(o.Name)
	if err != nil {
		return
	}
	if used, running, err := builders.DiskUsage(ctx, name); err == nil && running {
		view.SayCache(dockerCLI, name, used)
	}
}
