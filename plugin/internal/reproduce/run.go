package reproduce

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// run is a request that is carried out.
type run struct {
	Request
	host dockercli.Host
	pw   progress.Writer
	// name is that of the draft, nil for what stands elsewhere; drafts is the store it is in.
	name   reference.NamedTagged
	drafts *store.Store
	first  where
}

// Run builds once more and compares. The draft gets the record of it, and is not touched otherwise.
func (r Request) Run(ctx context.Context, h dockercli.Host, pw progress.Writer) (Result, error) {
	job := &run{Request: r, host: h, pw: pw}
	var result Result
	work := func(s *store.Store) error {
		job.drafts = s
		var err error
		result, err = job.do(ctx)
		return err
	}
	name, isDraft := r.Place.DraftName(ctx, h)
	if !isDraft {
		err := work(nil)
		return result, failure.Interrupted(ctx, err)
	}
	job.name = name
	err := h.WithStore(ctx, work)
	return result, failure.Interrupted(ctx, err)
}

// do takes the image from its inputs to the record.
func (r *run) do(ctx context.Context) (Result, error) {
	result := Result{Name: r.Place.Image.String()}
	all, err := r.originals(ctx)
	if err != nil {
		return result, err
	}
	req, taken, err := r.planOf(ctx, result.Name, all)
	if result.Inputs = taken; err != nil {
		return result, err
	}
	p := plan{name: result.Name, of: all[0], build: req}
	result.Revision = p.revision()
	if missing := result.missing(); missing != "" {
		shown.Note(r.pw, missing)
	}
	if err := errors.Join(request.CheckContext(req.Context, req.File), req.Check()); err != nil {
		return result, err
	}
	if err := p.describe(ctx); err != nil {
		return result, err
	}
	result.Platforms, err = r.again(ctx, req, all)
	if err == nil && r.name != nil {
		err = r.record(ctx, all, &result)
	}
	return result, err
}

// originals reads what is known of the platforms of the first image.
func (r *run) originals(ctx context.Context) ([]original, error) {
	asked := compare.Request{Platforms: r.Platforms, Trust: r.Trust}
	opened, err := asked.Open(ctx, r.host, r.drafts, r.pw, r.Place)
	if err != nil {
		return nil, err
	}
	var d draft.Draft
	r.first = where{blobs: opened.Blobs, reader: r.drafts}
	if r.name != nil {
		if d, err = r.drafts.Draft(ctx, r.name); err != nil {
			return nil, err
		}
	}
	all := make([]original, len(opened.Entries))
	for i, entry := range opened.Entries {
		all[i] = original{Entry: entry, asked: entry.Platform}
		if r.name != nil {
			note := d.Note(entry.Platform)
			all[i].note, all[i].asked = &note, d.AskedFor(entry.Platform)
		} else {
			r.first.reader = source.At(entry.Place)
		}
		if err := r.read(ctx, &all[i]); err != nil {
			return nil, fmt.Errorf("reading %s of %q: %w", platform.Format(entry.Platform), opened.Name, err)
		}
	}
	return all, nil
}

// read reads the config and the provenance of a platform.
func (r *run) read(ctx context.Context, one *original) error {
	at := inventory.Reader{Provider: r.first.blobs}
	var err error
	if one.manifest, one.config, err = at.Image(ctx, one.Manifest); err != nil {
		return err
	}
	is, ok, err := inputs.ReadProvenance(ctx, r.first.reader, one.Image)
	if ok {
		one.provenance = &is
	}
	return err
}

// again builds once more into a folder that is removed again, and compares.
func (r *run) again(ctx context.Context, req request.Request, all []original) (_ []Platform, err error) {
	name, err := r.Builder()
	if err != nil {
		return nil, err
	}
	need := builder.Need{Platforms: req.Platforms, Context: build.Spread(req.Context)}
	node, err := r.host.Builders().Boot(ctx, name, need, r.pw)
	if err != nil {
		return nil, &build.UnreadyError{Err: err}
	}
	folder, err := scratch.New("reproduce")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, folder.Remove()) }()
	second, err := store.Open(filepath.Join(folder.Path, "store"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, second.Close()) }()
	var mu sync.Mutex
	built := map[string]builder.Result{}
	err = node.Build(ctx, req, second.Content(), r.pw, builder.Watch{
		Began: func() error { return nil },
		Done: func(one builder.Result) {
			mu.Lock()
			defer mu.Unlock()
			built[platform.Format(one.Platform)] = one
		},
	})
	if err != nil && !failure.Is(err, errdefs.ErrInput, errdefs.ErrIntegrity, errdefs.ErrNotReady) {
		err = failure.Wrap(failure.ErrBuild, err, "")
	}
	if err != nil {
		return nil, err
	}
	platforms := make([]Platform, len(all))
	for i, one := range all {
		if platforms[i], err = r.compare(ctx, one, second, built[platform.Format(one.asked)]); err != nil {
			return nil, err
		}
	}
	return platforms, nil
}

// compare says what came of one platform.
func (r *run) compare(
	ctx context.Context, one original, scratch *store.Store, built builder.Result,
) (Platform, error) {
	p := Platform{Platform: platform.Format(one.asked), Result: Failed}
	p.Digest = one.Manifest.Digest
	if built.Err != nil {
		p.Error, p.Err = built.Err.Error(), built.Err
		return p, ctx.Err()
	}
	second, err := build.ReadBuilt(ctx, scratch, built)
	if err != nil {
		return p, err
	}
	title := fmt.Sprintf("[%s] comparing with what was built again", p.Platform)
	err = progress.Wrap(title, r.pw.Write, func(progress.SubLogger) error {
		p.Report, err = reproducible.Compare(ctx,
			reproducible.Side{Image: one.Manifest, Reader: inventory.Reader{Provider: r.first.blobs}},
			reproducible.Side{Image: second.Image.Manifest, Reader: inventory.Reader{Provider: scratch.Content()}})
		return err
	})
	if p.Result = Differs; p.Same() {
		p.Result = Same
	}
	return p, err
}

// record puts what came of it into the draft, beside the tests.
func (r *run) record(ctx context.Context, all []original, result *Result) error {
	images := make([]*original, len(all))
	for i, p := range result.Platforms {
		if p.Result == Failed {
			continue
		}
		one := all[i]
		var err error
		one.Image, err = record.AddReproduction(ctx, r.drafts, one.Image, r.name.String(), recordOf(p, result.Inputs))
		if err != nil {
			return err
		}
		images[i] = &one
	}
	_, err := r.drafts.Update(ctx, r.name, func(d *draft.Draft) error {
		for i, one := range images {
			if one != nil && !put(d, all[i], *one) {
				return failure.Wrap(errdefs.ErrIntegrity, fmt.Errorf("the draft %q was changed meanwhile; reproduce it again",
					reference.FamiliarString(r.name)), "", "nothing is recorded")
			}
		}
		return nil
	})
	result.Recorded = err == nil
	return err
}
