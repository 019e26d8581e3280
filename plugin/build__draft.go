package plugin

import (
	"cmp"
	"context"
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// draftTest is the test of the images of a draft, as if they had just been built.
type draftTest struct {
	*ledger
	host   host
	draft  draft.Draft
	images []manifest.Image
	bench  *bench
	shelf  *shelf
}

// openDraft chooses what of a draft is to be tested: the platforms of the plan, else all.
func openDraft(h host, s *store.Store, plan buildPlan, d draft.Draft) (*draftTest, error) {
	asked := plan.platforms.Platforms
	images := d.Select(asked)
	for _, image := range images {
		if image.Manifest.Digest == "" && len(asked) > 0 {
			return nil, usageError("--platform %s is not in the draft %s, which has %s", manifest.FormatPlatform(image.Platform),
				reference.FamiliarString(d.Name), manifest.PlatformList(manifest.Platforms(d.Images)))
		}
	}
	plan.platforms.Platforms = manifest.Platforms(images)
	return &draftTest{ledger: &ledger{plan: plan, store: s}, host: h, draft: d, images: images}, nil
}

// Try tests every image.
func (t *draftTest) Try(ctx context.Context, pw progress.Writer) error {
	var err error
	if t.bench, err = openBench(ctx, t.host, t.plan.trialPlan, pw); err != nil {
		return err
	}
	t.bench.share(ctx)
	t.shelf = t.bench.shelf(t.store, t.plan.names)
	t.bench.each(ctx, len(t.images), func(i int) { t.again(ctx, t.images[i]) })
	t.rows = t.plan.sorted(t.rows)
	return t.failure
}

// again tests one image and notes the outcome. What says nothing of the image leaves the draft as it is.
func (t *draftTest) again(ctx context.Context, image manifest.Image) {
	note := t.draft.Note(image.Platform)
	row := buildRow{
		trialOutcome: trialOutcome{platform: image.Platform, state: draft.Untested}, inputs: note.Source,
	}
	if image.Manifest.Digest == "" || note.State.Stale() {
		row.trialOutcome = row.broke(missing(t.draft, t.draft.AskedFor(image.Platform)))
	} else {
		row = t.tryOne(ctx, image, row)
	}
	var err error
	unknown := t.plan.mode == manualMode && row.state == draft.Untested // a person is asked later
	if row.state != draft.Broken && !unknown {
		err = t.noteAsked(ctx, row)
	}
	t.add(row, err)
}

// tryOne tests an image that was read from the store again.
func (t *draftTest) tryOne(ctx context.Context, image manifest.Image, row buildRow) buildRow {
	now, err := t.store.PlatformImage(ctx, image)
	if err != nil {
		err = fmt.Errorf("reading the image for %s: %w", manifest.FormatPlatform(image.Platform), err)
		row.trialOutcome = row.broke(err)
		return row
	}
	row.config = now.Manifest.Config.Digest
	return t.tried(ctx, image, t.bench.try(ctx, t.shelf.subject(now)), row)
}

// noteAsked writes a row into the draft, under the name that its platform was asked for by.
func (t *draftTest) noteAsked(ctx context.Context, row buildRow) error {
	row.trialOutcome = row.as(t.draft.AskedFor(row.platform))
	return t.note(ctx, row)
}

// Ask has a person try the images that were loaded. Each answer is kept at once, so that those given before an
// interrupt stay.
func (t *draftTest) Ask(ctx context.Context, who person) error {
	for i := range t.rows {
		row := &t.rows[i]
		o, err := t.bench.ask(ctx, who, row.trialOutcome)
		answered := err == nil && o.manual != nil && row.state == draft.Untested
		row.trialOutcome = o
		if err != nil {
			return err
		}
		if !answered {
			continue
		}
		kept := context.WithoutCancel(ctx) // what was answered is not asked again
		image, err := keepRecord(kept, t.store, *row.image, t.plan.recordName(), o)
		if err != nil {
			return err
		}
		row.image = &image
		if err := t.noteAsked(kept, *row); err != nil {
			return err
		}
	}
	return nil
}

// Result is what is known of the test so far.
func (t *draftTest) Result() buildResult { return buildResult{plan: t.plan, rows: t.rows} }

// missing says that a draft does not hold what its last build was to make of a platform.
func missing(d draft.Draft, asked ocispec.Platform) error {
	why := cmp.Or(d.Note(asked).Reason, "it was never built")
	return fail(gate.ErrShut, fmt.Errorf("%s is missing from %s: %s", manifest.FormatPlatform(asked),
		reference.FamiliarString(d.Name), why), "")
}
