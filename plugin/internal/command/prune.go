package command

import (
	"cmp"
	"context"
	"time"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// pruneOptions are the flags of prune.
type pruneOptions struct {
	all    bool
	force  bool
	repair bool
	filter option.Filter
}

// pruneFunc carries prune out.
type pruneFunc func(context.Context, command.Cli, pruneOptions) error

// newPruneCommand makes docker multiplat prune.
func newPruneCommand(dockerCLI command.Cli, run pruneFunc) *cobra.Command {
	options := pruneOptions{filter: option.NewFilter()}
	cmd := &cobra.Command{
		Use:   "prune [OPTIONS]",
		Short: "Remove published drafts and what nobody needs",
		Long: `Remove published drafts and what nobody needs.

A draft is the local, unpublished image of NAME:TAG. Removed are the drafts that were published as they are, their
images in the engine unless a container uses them, and blobs that no draft needs; with --all also drafts that were not
published. What runs of docker multiplat that were killed have left goes too: containers, networks, volumes and
temporary folders of dead processes of this user on this machine. What is published stays as it is. What images have
failed holds all the same; of images in no draft it is forgotten after 90 days, or the age of until=. The cache of the
builder is freed by docker buildx prune.

Where the list of drafts (index.json in the store) is gone or cannot be read, nothing is removed. --repair brings it
back as it was after the last change. Drafts whose blobs are there and that the copy of the list does not know get the
name recovered:DIGEST, so that nothing of them is removed: docker multiplat tag gives one its name again, and it is
published once it was tested again.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&options.all, "all", "a", false, "Remove drafts that were not published, too")
	flags.BoolVarP(&options.force, "force", "f", false, "Do not prompt for confirmation")
	flags.BoolVar(&options.repair, "repair", false, "Bring back the list of drafts where it is lost, and remove nothing")
	flags.Var(&options.filter, "filter", `Provide filter values (e.g., "until=24h")`)
	return cmd
}

// parse reads the filter; time stands still at now.
func (o *pruneOptions) parse(now time.Time) (drafts.PruneRequest, error) {
	r := drafts.PruneRequest{All: o.all}
	for key, values := range o.filter.Value() {
		if key != "until" {
			return r, failure.Usage("unknown filter %q; the one there is is until=DURATION", key)
		}
		if len(values) > 1 {
			return r, failure.Usage("--filter until is given %d times; give it once", len(values))
		}
		for value := range values {
			age, err := time.ParseDuration(value)
			if err != nil || age < 0 {
				return r, failure.Usage("--filter until=%q is not a duration; give one like 24h", value)
			}
			r.Until = now.Add(-age)
		}
	}
	return r, nil
}

// runPrune removes what nobody needs, once it was confirmed.
func runPrune(ctx context.Context, dockerCLI command.Cli, options pruneOptions) error {
	asked, err := options.parse(time.Now())
	if err != nil {
		return err
	}
	h := HostOf(dockerCLI)
	if options.repair {
		return options.repairStore(ctx, dockerCLI)
	}
	return h.WithDrafts(ctx, func(s *store.Store) error {
		all, err := s.List(ctx)
		if err != nil {
			return err
		}
		prunable := asked.Choose(all)
		if err := options.confirm(ctx, dockerCLI, prunable); err != nil {
			return err
		}
		gone, err := asked.Prune(ctx, h, s, prunable, time.Now())
		view.SayRemoved(dockerCLI, gone)
		for _, line := range sweepAll(ctx, h, drafts.Engines(all)) {
			view.Say(dockerCLI, "%s", line)
		}
		printErr := view.PrintNames(dockerCLI, gone.Drafts) // they are gone, however it ended
		if err = cmp.Or(err, printErr); err != nil {
			return failure.Interrupted(ctx, err)
		}
		view.SayFreed(dockerCLI, gone)
		return nil
	})
}

// sweepAll removes what killed processes have left in the engine, and in those that have tested images of drafts. What
// is not there any more has nothing.
func sweepAll(ctx context.Context, h dockercli.Host, places []string) []string {
	lines := machine.SweepAll(ctx, h)
	for _, place := range places {
		if there, err := h.On(place); err == nil {
			lines = append(lines, machine.SweepAll(ctx, there)...)
		}
	}
	return lines
}

// repairStore brings back the list of drafts.
func (o *pruneOptions) repairStore(ctx context.Context, dockerCLI command.Cli) error {
	h := HostOf(dockerCLI)
	if !h.HasStore() {
		return failure.Usage("there is no store at %q, and nothing to repair", h.StoreFolder())
	}
	found, err := h.Repair(ctx)
	if err == nil {
		view.SayRepaired(dockerCLI, found)
	}
	return err
}

// confirm asks before anything is removed.
func (o *pruneOptions) confirm(ctx context.Context, dockerCLI command.Cli, list []draft.Draft) error {
	if o.force {
		return nil
	}
	yes, err := view.Confirm(ctx, dockerCLI, view.PruneQuestion(list))
	if err == nil && !yes {
		err = failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "", "nothing was removed")
	}
	return err
}
