package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// releasing is how a command that writes tags shows and tells of it.
type releasing struct {
	dockerCLI command.Cli
	// title stands above the display.
	title    string
	progress view.Progress
	trust    dockercli.Trust
	metadata option.Metadata
	// line is the command that does the same once more.
	line advice.Line
	// store is the one that the drafts are in; nil: it is not about drafts.
	store *store.Store
	// recalls also shows what the records of the image say.
	recalls bool
	// reports are told what was published; nil: there are none.
	reports *view.Reports
}

// run delivers under the display, then prints what was published, or would be.
func (c releasing) run(ctx context.Context, targets []release.Target, a release.Assembler, r release.Request) error {
	if err := a.Prepare(ctx, r); err != nil {
		return advice.Release(c.mended(ctx, err), c.line)
	}
	display, err := c.progress.Open(ctx, c.dockerCLI, c.title)
	if err != nil {
		return err
	}
	r.Configs = c.metadata.MetadataFile != ""
	session := release.NewSession(HostOf(c.dockerCLI), c.trust, display)
	outcome, err := release.Deliver(ctx, session, targets, a, r)
	if err == nil && c.recalls {
		session.Notify(view.RecordsLine(outcome.First()))
	}
	if err == nil && r.DryRun {
		display.GiveWay()
	}
	if ended := display.Wait(); err == nil {
		err = ended
	}
	err = failure.Interrupted(ctx, advice.Release(c.mended(ctx, err), c.line))
	c.reports.Publish(outcome)
	if r.DryRun {
		return errors.Join(view.ReleasePlan(c.dockerCLI, outcome), err)
	}
	undo := func(t release.Target, change publish.TagChange) string {
		return advice.Undo(c.line, t, change)
	}
	silent := c.progress.Silent() && err == nil // of what did not come to its end it is told how to go back
	return errors.Join(view.Released(c.dockerCLI, outcome, silent, undo),
		view.WriteReleaseMetadata(c.metadata.MetadataFile, outcome), err)
}

// mended drops what is damaged in the store where that was met.
func (c releasing) mended(ctx context.Context, err error) error {
	if c.store == nil {
		return err
	}
	return dockercli.Mended(ctx, c.store, err)
}

// drafts publishes drafts.
func (c releasing) drafts(ctx context.Context, from release.FromDraft, r release.Request) error {
	h := HostOf(c.dockerCLI)
	open := h.WithDrafts
	if r.DryRun {
		open = h.Look
	}
	return open(ctx, func(s *store.Store) error {
		from.Store, c.store = s, s
		return c.run(ctx, from.Targets(), &from, r)
	})
}
