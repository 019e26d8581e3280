package command

import (
	"cmp"
	"context"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// rmFunc carries rm out.
type rmFunc func(context.Context, command.Cli, []string) error

// newRmCommand makes docker multiplat rm.
func newRmCommand(dockerCLI command.Cli, run rmFunc) *cobra.Command {
	return &cobra.Command{
		Use:   "rm NAME[:TAG]...",
		Short: "Remove drafts and their images in the engine",
		Long: `Remove drafts and their images in the engine.

A draft is the local, unpublished image of NAME:TAG. What is published stays as it is, and so does an image that a
container uses. What the images have failed is forgotten, once no other draft holds them: a test that was wrong itself
can be changed then. The builder is removed by docker buildx rm.`,
		Args: minimumArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd.Context(), dockerCLI, args)
		},
	}
}

// runRm removes drafts; one that is not there does not keep the others.
func runRm(ctx context.Context, dockerCLI command.Cli, args []string) error {
	names, err := ref.ParseNames(args)
	if err != nil {
		return err
	}
	h := HostOf(dockerCLI)
	return h.WithDrafts(ctx, func(s *store.Store) error {
		gone, missing, err := drafts.RemoveNamed(ctx, h, s, names)
		view.SayRemoved(dockerCLI, gone)
		printErr := view.PrintNames(dockerCLI, gone.Drafts) // they are gone, however it ended
		if err = cmp.Or(err, printErr, missing); err != nil {
			return failure.Interrupted(ctx, err)
		}
		return nil
	})
}
