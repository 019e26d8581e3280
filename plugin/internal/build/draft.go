package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// DraftTest is the test of the images of a draft, as if they had just been built.
type DraftTest struct {
	*ledger
	host   dockercli.Host
	draft  draft.Draft
	images []manifest.Image
	bench  *trial.Bench
	shelf  *trial.Shelf
}

// OpenDraft chooses what of a draft is to be tested: the platforms of the plan, else all.
func OpenDraft(h dockercli.Host, s *store.Store, plan Plan, d draft.Draft) (*DraftTest, error) {
	asked := plan.Platforms.Platforms
	images := d.Select(asked)
	for _, image := range images {
		if image.Manifest.Digest == "" && len(asked) > 0 {
			return nil, failure.Usage("--platform %s is not in the draft %s, which has %s", platform.Format(image.Platform),
				reference.FamiliarString(d.Name), platform.List(manifest.Platforms(d.Images)))
		}
	}
	plan.Platforms.Platforms = manifest.Platforms(images)
	return &DraftTest{ledger: &ledger{plan: plan, store: s}, host: h, draft: d, images: images}, nil
}

// Try tests every image.
func (t *DraftTest) Try(ctx context.Context, pw progress.Writer) error {
	var err error
	if t.bench, err = trial.Open(ctx, t.host, t.plan.Plan, pw, t.plan.Platforms.Platforms); err != nil {
		return err
	}
	t.bench.Settle(ctx, t.usual())
	t.bench.SayWhere(t.plan.Platforms.Platforms)
	t.bench.Share(ctx)
	t.shelf = t.bench.Shelf(t.store, t.plan.Names)
	for _, image := range t.images {
		t.showOne(pw, t.draft.AskedFor(image.Platform), t.bench.How(image.Platform))
	}
	t.bench.Each(ctx, len(t.images), func(i int) { t.again(ctx, t.images[i]) })
	t.rows = t.plan.sorted(t.rows)
	return errors.Join(t.failure, t.compare(ctx, t.shelf, t.noteAsked))
}

// usual are the engines of the nodes that were given the platforms, in the builder that the plan names.
func (t *DraftTest) usual() []trial.Station {
	declared := t.host.Builders().Declared(t.plan.Builder)
	placed := make([]builder.Placement, 0, len(t.images))
	for _, image := range t.images {
		placed = append(placed, builder.Declaring(declared, t.draft.AskedFor(image.Platform)))
	}
	return trial.Usual(placed)
}

// again tests one image and notes the outcome. What says nothing of the image leaves the draft as it is.
func (t *DraftTest) again(ctx context.Context, image manifest.Image) {
	note := t.draft.Note(image.Platform)
	row := Row{
		Outcome: trial.Outcome{Platform: image.Platform, State: draft.Untested},
		inputs:  request.Description{Values: note.Source, Files: note.Files}, staged: note.Staged,
	}
	if image.Manifest.Digest == "" || note.State.Stale() {
		row.Outcome = row.Broke(missing(t.draft, t.draft.AskedFor(image.Platform)))
	} else {
		row = t.tryOne(ctx, image, row)
	}
	var err error
	unknown := t.plan.Mode == trial.Manual && row.State == draft.Untested // a person is asked later
	if row.State != draft.Broken && !row.Interrupted && !unknown {
		err = t.noteAsked(ctx, row)
	}
	t.add(row, err)
}

// tryOne tests an image that was read from the store again.
func (t *DraftTest) tryOne(ctx context.Context, image manifest.Image, row Row) Row {
	now, err := t.store.PlatformImage(ctx, image)
	if err != nil {
		err = fmt.Errorf("reading the image for %s: %w", platform.Format(image.Platform), err)
		row.Outcome = row.Broke(err)
		return row
	}
	row.Config = now.Manifest.Config.Digest
	return t.tried(ctx, image, t.bench.Try(ctx, t.shelf.Staged(now, row.staged, nil)), row)
}

// noteAsked writes a row into the draft, under the name that its platform was asked for by.
func (t *DraftTest) noteAsked(ctx context.Context, row Row) error {
	row.Outcome = row.As(t.draft.AskedFor(row.Platform))
	return t.noteHeld(ctx, row)
}

// Ask has a person try the images that were loaded. Each answer is kept at once, so that those given before an
// interrupt stay.
func (t *DraftTest) Ask(ctx context.Context, who trial.Person) error {
	for i := range t.rows {
		row := &t.rows[i]
		o, err := t.bench.Ask(ctx, who, row.Outcome)
		answered := err == nil && o.Manual != nil && row.State == draft.Untested
		row.Outcome = o
		if err != nil {
			return err
		}
		if !answered {
			continue
		}
		kept := context.WithoutCancel(ctx) // what was answered is not asked again
		image, err := trial.KeepRecord(kept, t.store, *row.Image, t.plan.RecordName(), o)
		if err != nil {
			return err
		}
		row.Image = &image
		if err := t.noteAsked(kept, *row); err != nil {
			return err
		}
	}
	return nil
}

// Result is what is known of the test so far.
func (t *DraftTest) Result() Result { return Result{Plan: t.plan, Rows: t.rows} }

// missing says that a draft does not hold what its last build was to make of a platform.
func missing(d draft.Draft, asked ocispec.Platform) error {
	why := cmp.Or(d.Note(asked).Reason, "it was never built")
	return failure.Wrap(gate.ErrShut, fmt.Errorf("%s is missing from %s: %s", platform.Format(asked),
		reference.FamiliarString(d.Name), why), "")
}
