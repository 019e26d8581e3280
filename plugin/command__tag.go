package plugin

import (
	"context"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
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
	from, err := parseName(source)
	if err != nil {
		return err
	}
	to, err := parseName(target)
	if err != nil {
		return err
	}
	return hostOf(dockerCLI).withStore(func(s *store.Store) error { return tagDraft(ctx, s, from, to) })
}
