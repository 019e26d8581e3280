package plugin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	dockeropts "github.com/docker/cli/opts"
	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type pruneOptions struct {
	all    bool
	force  bool
	filter dockeropts.FilterOpt
	// until is when a draft must have been changed last; zero is any time.
	until time.Time
}

type pruneFunc func(context.Context, command.Cli, pruneOptions) error

func newPruneCommand(dockerCLI command.Cli, run pruneFunc) *cobra.Command {
	options := pruneOptions{filter: dockeropts.NewFilterOpt()}
	cmd := &cobra.Command{
		Use:   "prune [OPTIONS]",
		Short: "Remove published drafts and what nobody needs",
		Long: `Remove published drafts and what nobody needs.

A draft is the local, unpublished image of NAME:TAG. Removed are the drafts that were published as they are, their
images in the engine unless a container uses them, and blobs that no draft needs; with --all also drafts that were not
published. What is published stays as it is. The cache of the builder is freed by docker buildx prune.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&options.all, "all", "a", false, "Remove drafts that were not published, too")
	flags.BoolVarP(&options.force, "force", "f", false, "Do not prompt for confirmation")
	flags.Var(&options.filter, "filter", `Provide filter values (e.g., "until=24h")`)
	return cmd
}

// validate reads the filter; time stands still at now.
func (o *pruneOptions) validate(now time.Time) error {
	for key, values := range o.filter.Value() {
		if key != "until" {
			return usageError("unknown filter %q; the one there is is until=DURATION", key)
		}
		if len(values) > 1 {
			return usageError("--filter until is given %d times; give it once", len(values))
		}
		for value := range values {
			age, err := time.ParseDuration(value)
			if err != nil || age < 0 {
				return usageError("--filter until=%q is not a duration; give one like 24h", value)
			}
			o.until = now.Add(-age)
		}
	}
	return nil
}

func runPrune(ctx context.Context, dockerCLI command.Cli, options pruneOptions) error {
	if err := options.validate(time.Now()); err != nil {
		return err
	}
	return withStore(dockerCLI, func(s *store.Store) error {
		drafts, err := s.List(ctx)
		if err != nil {
			return err
		}
		chosen := options.choose(drafts)
		if err := options.confirm(ctx, dockerCLI, chosen); err != nil {
			return err
		}
		freed, err := dropDrafts(ctx, dockerCLI, s, chosen)
		if err != nil {
			return err
		}
		for _, draft := range chosen {
			if _, err := fmt.Fprintln(dockerCLI.Out(), reference.FamiliarString(draft.Name)); err != nil {
				return err
			}
		}
		say(dockerCLI, "Total reclaimed space: %s", units.HumanSize(float64(freed.Bytes)))
		return nil
	})
}

func (o *pruneOptions) choose(drafts []store.Draft) []store.Draft {
	var chosen []store.Draft
	for _, draft := range drafts {
		if !o.all && publishedState(draft) != "yes" || !o.until.IsZero() && draft.Updated.After(o.until) {
			continue
		}
		chosen = append(chosen, draft)
	}
	return chosen
}

// confirm asks before anything is removed.
func (o *pruneOptions) confirm(ctx context.Context, dockerCLI command.Cli, drafts []store.Draft) error {
	if o.force {
		return nil
	}
	question := "This removes blobs that no draft needs, and no draft."
	if len(drafts) > 0 {
		names := make([]reference.NamedTagged, 0, len(drafts))
		for _, draft := range drafts {
			names = append(names, draft.Name)
		}
		question = "This removes these drafts, and blobs that no other draft needs:\n  " +
			strings.Join(familiarNames(names), "\n  ")
	}
	yes, err := confirm(ctx, dockerCLI, question+"\nContinue?")
	if err == nil && !yes {
		err = fail(errInterrupted, errInterrupted, "", "nothing was removed")
	}
	return err
}
