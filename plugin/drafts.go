package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// engineWait is how long a command that only tidies up waits for an engine that does not answer.
const engineWait = 5 * time.Second

// loadedNames are the names a draft's images have in the engine when they are loaded.
func loadedNames(draft store.Draft) []string {
	var names []string
	for _, image := range draft.Images {
		if named, err := archName(draft.Name, image.Platform); err == nil {
			names = append(names, reference.FamiliarString(named))
		}
	}
	return names
}

// unload removes a draft's images from the engine. One that a container uses stays, and so does everything when the
// engine does not answer: the notes say so, and nothing fails for it.
func unload(ctx context.Context, dockerCLI command.Cli, draft store.Draft) (notes []string) {
	names := loadedNames(draft)
	if len(names) == 0 {
		return nil // and no engine to be asked
	}
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	engine := dockerCLI.Client()
	for _, name := range names {
		_, err := engine.ImageRemove(ctx, name, dockerclient.ImageRemoveOptions{PruneChildren: true})
		switch {
		case err == nil || cerrdefs.IsNotFound(err):
		case cerrdefs.IsConflict(err):
			notes = append(notes, fmt.Sprintf("%s stays in the engine: a container uses it", name))
		default:
			return append(notes, fmt.Sprintf("the engine was not asked to remove %s: %s", name, err))
		}
	}
	return notes
}

// verdictOf sums up what is known of a draft's platforms: passed when all have, else the first that has not.
func verdictOf(ctx context.Context, s *store.Store, draft store.Draft) (string, error) {
	worst := ""
	for _, image := range draft.Select(nil) {
		state, err := platformState(ctx, s, draft, image)
		if err != nil {
			return "", err
		}
		if state != passedWord && worst == "" {
			worst = state
		}
	}
	if len(draft.Select(nil)) == 0 {
		return "empty", nil
	}
	return firstOf(worst, passedWord), nil
}

// Words for the state of a platform, beside the verdicts.
const (
	passedWord     = "passed"
	unfinishedWord = "unfinished"
)

// platformState is one platform's state in a word.
func platformState(ctx context.Context, s *store.Store, draft store.Draft, image manifest.Image) (string, error) {
	if image.Manifest.Digest == "" {
		return "missing", nil
	}
	note := draft.Note(image.Platform)
	if note.Reason != "" {
		return firstOf(string(note.State), unfinishedWord), nil
	}
	rec, tested, err := record.Of(ctx, s, image)
	if err != nil {
		return "", err
	}
	switch {
	case !tested:
		return string(untested), nil
	case rec.Result == record.Failed:
		return "failed", nil
	case rec.Result == record.Warned:
		return "waived", nil
	}
	return passedWord, nil
}

// publishedState says whether what is published under the name is the draft.
func publishedState(draft store.Draft) string {
	switch draft.Published {
	case "":
		return "no"
	case draft.Index.Digest:
		return "yes"
	}
	return "older"
}

// dropDrafts removes drafts and their images in the engine, then the blobs nobody needs. A store that is in use keeps
// its blobs until the next time.
func dropDrafts(ctx context.Context, dockerCLI command.Cli, s *store.Store, drafts []store.Draft) (store.Freed, error) {
	var notes []string
	for _, draft := range drafts {
		if err := s.Remove(ctx, draft.Name); err != nil {
			return store.Freed{}, err
		}
		notes = append(notes, unload(ctx, dockerCLI, draft)...)
	}
	slices.Sort(notes)
	for _, note := range slices.Compact(notes) {
		say(dockerCLI, "%s", note)
	}
	freed, err := s.RemoveUnneeded(ctx)
	if errors.Is(err, store.ErrBusy) {
		say(dockerCLI, "the blobs stay for now: another docker multiplat uses the store")
		return freed, nil
	}
	return freed, err
}
