package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
)

// PutManifest writes body, untouched, under ref: its own digest, or a tag. One
// PUT is sent unless it fails. When a tag's PUT may have been carried out though
// its answer was lost, the tag is read before anything is sent again: what holds
// our digest is success, and what changed to something else since this
// Repository last read it is left alone. An answer that does not say that the tag
// was created counts as lost. Errors are ErrRefused, ErrUnavailable, or
// ErrIntegrity when body has not the digest of ref.
func (r *Repository) PutManifest(ctx context.Context, ref, mediaType string, body []byte) error {
	return r.PutManifestMending(ctx, ref, mediaType, body, nil)
}

// PutManifestMending is PutManifest for a manifest whose parts were sent just now.
// A registry whose storage lags may say that it does not know one of them. Then
// mend is called with what it named, or with nothing, after a pause, and the
// manifest is written again, until the tries or the time for them are used up.
// A mend of nil takes the first such answer for final.
func (r *Repository) PutManifestMending(
	ctx context.Context, ref, mediaType string, body []byte, mend func(context.Context, []digest.Digest) error,
) error {
	for tries := r.client.attempts(); ; {
		err := r.putOnce(ctx, ref, mediaType, body)
		lacking, ok := errors.AsType[*Error](err)
		if mend == nil || !ok || !isPartUnknown(lacking.Code) || !tries.again(ctx) {
			return err
		}
		if err := mend(ctx, lacking.Unknown); err != nil {
			return err
		}
	}
}

func (r *Repository) putOnce(ctx context.Context, ref, mediaType string, body []byte) error {
	want, err := parseRef(ref)
	if err != nil {
		return err
	}
	op := fmt.Sprintf("writing manifest %q of %s", ref, r.repo.RepositoryStr())
	if len(body) > maxManifest {
		return r.integrity(op, fmt.Sprintf("%d bytes are more than registries take", len(body)))
	}
	in := request{
		method: http.MethodPut,
		path:   "/manifests/" + ref,
		header: http.Header{"Content-Type": {mediaType}},
		body:   body,
		op:     op,
		good:   []int{http.StatusCreated, http.StatusOK, http.StatusAccepted, http.StatusNoContent},
	}
	if want == "" {
		return refusedManifest(r.putTag(ctx, ref, in), ref, mediaType)
	}
	if got := want.Algorithm().FromBytes(body); got != want {
		return r.integrity(op, "the local manifest has digest "+got.String())
	}
	return refusedManifest(r.put(ctx, in), "", mediaType)
}

// refusedManifest adds to a refusal the tag and the media type that were refused.
func refusedManifest(err error, tag, mediaType string) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(e, ErrRefused) {
		return err
	}
	e.Tag, e.MediaType = tag, mediaType
	if e.OfMediaType() {
		e.Message = strings.TrimPrefix(e.Message+"; it was sent as "+mediaType, "; ")
	}
	return err
}

func (r *Repository) put(ctx context.Context, in request) error {
	resp, err := r.do(ctx, in)
	if err != nil {
		return err
	}
	discard(resp)
	return nil
}

// create is put for a tag. An answer that does not say that it was created (201, and where it is or what it is;
// distribution spec, "Pushing Manifests") is ErrNotShown: then only the tag can tell.
func (r *Repository) create(ctx context.Context, in request) error {
	resp, err := r.do(ctx, in)
	if err != nil {
		return err
	}
	discard(resp)
	says := resp.Header.Get("Location") + resp.Header.Get("Docker-Content-Digest")
	if resp.StatusCode == http.StatusCreated && says != "" {
		return nil
	}
	const message = "it was taken, but not in the words of a registry (201 with a Location), and the tag does not show it"
	return &Error{Host: r.host(), Op: in.op, Message: message, kind: ErrNotShown}
}

// putTag is create, where sending twice could undo what somebody else wrote in
// between.
func (r *Repository) putTag(ctx context.Context, tag string, in request) error {
	want := digest.FromBytes(in.body)
	before, known := r.lastSeen(tag)
	lost := false
	for tries := r.client.attempts(); ; {
		err := r.create(once(ctx), in)
		if err == nil {
			r.saw(tag, want)
			return nil
		}
		if ctx.Err() != nil || !fateUnknown(err) && !lost {
			return err
		}
		// What was refused now may have been written before, and be why.
		refused := !fateUnknown(err)
		lost = true
		now, readErr := r.tagged(ctx, tag)
		moved := known && now != before
		for readErr == nil && now != want && (refused || moved) && !errors.Is(err, ErrNotShown) && tries.again(ctx) {
			now, readErr = r.tagged(ctx, tag) // which may be shown late
			moved = known && now != before
		}
		switch {
		case readErr == nil && (now == want || moved && errors.Is(err, ErrNotShown)):
			return nil // where it is not ours, somebody else came after: whoever reads it back tells
		case readErr != nil || refused || !known || moved || !tries.again(ctx):
			return err
		}
	}
}

// tagged is the digest tag holds, empty for none.
func (r *Repository) tagged(ctx context.Context, tag string) (digest.Digest, error) {
	desc, _, err := r.Resolve(ctx, tag)
	if cerrdefs.IsNotFound(err) {
		return "", nil
	}
	return desc.Digest, err
}

// fateUnknown is true when a request may have been carried out though it failed.
func fateUnknown(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && errors.Is(e, ErrUnavailable) && !notCarriedOut(e.Status)
}
