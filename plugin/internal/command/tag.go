package command

import (
	"context"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// tagFunc carries tag out.
type tagFunc func(ctx context.Context, dockerCLI command.Cli, source, target string) error

// newTagCommand makes docker multiplat tag.
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

// runTag gives a draft a further name.
func runTag(ctx context.Context, dockerCLI command.Cli, source, target string) error {
	from, err := ref.ParseName(source)
	if err != nil {
		return err
	}
	to, err := ref.ParseName(target)
	if err != nil {
		return err
	}
	return HostOf(dockerCLI).WithDrafts(ctx, func(s *store.Store) error { return drafts.Tag(ctx, s, from, to) })
}
