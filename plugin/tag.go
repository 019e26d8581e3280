package plugin

import (
	"context"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type tagFunc func(ctx context.Context, dockerCLI command.Cli, source, target string) error

func newTagCommand(dockerCLI command.Cli, run tagFunc) *cobra.Command {
	return &cobra.Command{
		Use:   "tag SOURCE[:TAG] TARGET[:TAG]",
		Short: "Give a draft another name",
		Long: `Give a draft another name.

A draft is the local, unpublished image of NAME:TAG. Both names hold the same bytes; publishing one does not touch the
other. A draft that already has the TARGET name is replaced.`,
		Args: exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd.Context(), dockerCLI, args[0], args[1])
		},
	}
}

func runTag(ctx context.Context, dockerCLI command.Cli, source, target string) error {
	from, err := parseName(source)
	if err != nil {
		return err
	}
	to, err := parseName(target)
	if err != nil {
		return err
	}
	return withStore(dockerCLI, func(s *store.Store) error {
		draft, err := s.Draft(ctx, from)
		if err != nil {
			return err
		}
		if err := manifest.CheckArchTags(to.Tag(), draft.Platforms); err != nil {
			return fail(errUsage, fmt.Errorf("naming the platforms of %q: %w", reference.FamiliarString(to), err), "")
		}
		return copyDraft(ctx, s, draft, to)
	})
}

// copyDraft gives a draft a further name.
func copyDraft(ctx context.Context, s *store.Store, draft store.Draft, name reference.NamedTagged) error {
	_, err := s.Update(ctx, name, func(d *store.Draft) error {
		d.Platforms, d.Images, d.Notes, d.Annotations = draft.Platforms, draft.Images, draft.Notes, draft.Annotations
		return nil
	})
	if err != nil {
		return fmt.Errorf("naming the draft %q: %w", reference.FamiliarString(name), err)
	}
	return nil
}
