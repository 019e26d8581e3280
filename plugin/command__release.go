package plugin

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// releasing is how a command that writes tags shows and tells of it.
type releasing struct {
	dockerCLI command.Cli
	// title stands above the display.
	title    string
	progress progressOptions
	trust    trust
	metadata metadataOptions
	// line is the command that does the same once more.
	line commandLine
	// recalls also shows what the records of the image say.
	recalls bool
}

// run delivers under the display, then prints what was published, or would be.
func (c releasing) run(ctx context.Context, targets []releaseTarget, a assembler, r releaseRequest) error {
	if err := a.prepare(ctx, r); err != nil {
		return adviseRelease(err, c.line)
	}
	display, err := c.progress.open(ctx, c.dockerCLI, c.title)
	if err != nil {
		return err
	}
	r.configs = c.metadata.metadataFile != ""
	session := newReleaseSession(hostOf(c.dockerCLI), c.trust, display)
	outcome, err := deliver(ctx, session, targets, a, r)
	if err == nil && c.recalls {
		session.notify(recordsLine(outcome.first()))
	}
	if ended := display.Wait(); err == nil {
		err = ended
	}
	err = interrupted(ctx, adviseRelease(err, c.line))
	if r.dryRun {
		return errors.Join(printReleasePlan(c.dockerCLI, outcome), err)
	}
	undo := func(t releaseTarget, change manifest.TagChange) string { return afterMove(c.line, t, change).String() }
	return errors.Join(printReleased(c.dockerCLI, outcome, c.progress.silent(), undo),
		writeReleaseMetadata(c.metadata.metadataFile, outcome), err)
}

// drafts publishes drafts.
func (c releasing) drafts(ctx context.Context, from fromDraft, r releaseRequest) error {
	return withStore(c.dockerCLI, func(s *store.Store) error {
		from.store = s
		return c.run(ctx, from.targets(), &from, r)
	})
}
