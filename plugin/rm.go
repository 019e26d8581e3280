package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type rmFunc func(context.Context, command.Cli, []string) error

func newRmCommand(dockerCLI command.Cli, run rmFunc) *cobra.Command {
	return &cobra.Command{
		Use:   "rm NAME[:TAG]...",
		Short: "Remove drafts and their images in the engine",
		Long: `Remove drafts and their images in the engine.

A draft is the local, unpublished image of NAME:TAG. What is published stays as it is, and so does an image that a
container uses. The builder is removed by docker buildx rm.`,
		Args: minimumArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd.Context(), dockerCLI, args)
		},
	}
}

func runRm(ctx context.Context, dockerCLI command.Cli, args []string) error {
	names, err := parseNames(args)
	if err != nil {
		return err
	}
	return withStore(dockerCLI, func(s *store.Store) error {
		var drafts []store.Draft
		var missing []error
		for _, name := range names {
			draft, err := s.Draft(ctx, name)
			if errors.Is(err, store.ErrNoDraft) {
				missing = append(missing, err)
				continue
			}
			if err != nil {
				return err
			}
			drafts = append(drafts, draft)
		}
		if _, err := dropDrafts(ctx, dockerCLI, s, drafts); err != nil {
			return err
		}
		for _, draft := range drafts {
			if _, err := fmt.Fprintln(dockerCLI.Out(), reference.FamiliarString(draft.Name)); err != nil {
				return err
			}
		}
		return errors.Join(missing...)
	})
}
