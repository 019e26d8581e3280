package plugin

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/docker/cli/cli/command"
	"github.com/docker/go-units"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type lsOptions struct {
	builderOptions
	format string
	quiet  bool
}

type lsFunc func(context.Context, command.Cli, lsOptions) error

func newLsCommand(dockerCLI command.Cli, run lsFunc) *cobra.Command {
	var options lsOptions
	cmd := &cobra.Command{
		Use:     "ls [OPTIONS]",
		Aliases: []string{"list"},
		Short:   "List drafts",
		Long: `List drafts.

A draft is the local, unpublished image of NAME:TAG. PUBLISHED says whether the tag was last published from exactly
this draft ("yes"), from an earlier one ("older"), or not from here ("no"), with the start of the digest it got.

--format 'table {{.Name}}\t{{.Digest}}' chooses columns: Name, Digest, Platforms, Verdict, Verdicts (by platform),
Published, At (the digest published), Size, HumanSize, Updated, Age.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.addFlags(flags)
	addFormatFlag(flags, &options.format)
	flags.BoolVarP(&options.quiet, "quiet", "q", false, "Print names only")
	return cmd
}

func runLs(ctx context.Context, dockerCLI command.Cli, options lsOptions) error {
	if err := checkRowFormat(options.format); err != nil {
		return err
	}
	return withStore(dockerCLI, func(s *store.Store) error {
		drafts, err := s.List(ctx)
		if err != nil {
			return err
		}
		views := make([]draftView, 0, len(drafts))
		var roots []ocispec.Descriptor
		for _, draft := range drafts {
			view, err := viewOf(ctx, s, draft)
			if err != nil {
				return err
			}
			views, roots = append(views, view), append(roots, draft.Index)
		}
		if err := options.print(dockerCLI, views); err != nil || options.quiet || options.format != formatTable {
			return err
		}
		size, err := s.Size(ctx, roots...)
		if err != nil {
			return err
		}
		say(dockerCLI, "store: %s in %s", units.HumanSize(float64(size)), s.Root())
		options.footer(ctx, dockerCLI, drafts)
		return nil
	})
}

func (o *lsOptions) print(dockerCLI command.Cli, views []draftView) error {
	switch {
	case isTemplate(o.format):
		return printRows(dockerCLI, o.format, views)
	case o.format == formatJSON:
		return json.NewEncoder(dockerCLI.Out()).Encode(views)
	case o.quiet:
		for _, view := range views {
			if _, err := fmt.Fprintln(dockerCLI.Out(), view.Name); err != nil {
				return err
			}
		}
		return nil
	}
	t := newTable("NAME", "PLATFORMS", "VERDICT", "PUBLISHED", "SIZE", "AGE")
	for _, view := range views {
		t.add(view.Name, shortPlatforms(view.Platforms), view.summary(), view.published(), view.HumanSize(), view.Age())
	}
	return t.print(dockerCLI.Out())
}

// footer says what else takes up space. What does not answer is left out.
func (o *lsOptions) footer(ctx context.Context, dockerCLI command.Cli, drafts []store.Draft) {
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	var loaded int
	var bytes int64
	for _, draft := range drafts {
		for _, name := range loadedNames(draft) {
			image, err := dockerCLI.Client().ImageInspect(ctx, name)
			if err != nil {
				continue
			}
			loaded++
			bytes += image.Size
		}
	}
	if loaded > 0 {
		say(dockerCLI, "loaded: %s, %s in the engine", units.HumanSize(float64(bytes)), count(loaded, "image"))
	}
	name, err := builder.Resolve(dockerCLI, o.builder)
	if err != nil {
		return
	}
	if used, running, err := builder.DiskUsage(ctx, dockerCLI, name); err == nil && running {
		say(
			dockerCLI,
			"builder cache: %s; free it with: docker buildx prune --builder %s",
			units.HumanSize(float64(used)),
			name,
		)
	}
}
