package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Resolve reads the manifest or index at ref, a tag or a digest of this
// repository. By digest the content is checked against it, by tag the digest is
// that of the content, and what the registry states, if it does, has to be the
// same. A manifest that is not there is errdefs.ErrNotFound; content that is too
// large (4 MiB), of another hash, or not a manifest is ErrIntegrity.
func (r *Repository) Resolve(ctx context.Context, ref string) (ocispec.Descriptor, []byte, error) {
	want, err := parseRef(ref)
	if err != nil {
		return ocispec.Descriptor{}, nil, err
	}
	op := fmt.Sprintf("reading manifest %q of %s", ref, r.repo.RepositoryStr())
	in := request{method: http.MethodGet, path: "/manifests/" + ref, op: op, good: []int{http.StatusOK}}
	in.header = http.Header{"Accept": {strings.Join(manifestTypes(), ", ")}}
	body, header, err := r.read(ctx, in, maxManifest)
	if err != nil {
		r.sawError(ref, want, err)
		return ocispec.Descriptor{}, nil, err
	}
	desc := ocispec.Descriptor{Digest: digest.FromBytes(body), Size: int64(len(body))}
	if want != "" {
		desc.Digest = want.Algorithm().FromBytes(body)
		if desc.Digest != want {
			return ocispec.Descriptor{}, nil, r.integrity(op, "the content has digest "+desc.Digest.String())
		}
	}
	if desc.MediaType, err = manifestType(header.Get("Content-Type"), body); err != nil {
		return ocispec.Descriptor{}, nil, r.integrity(op, err.Error())
	}
	if want != "" {
		return desc, body, nil
	}
	// a registry that states another digest than its content has is broken, or somebody in between changed it
	if stated, err := statedDigest(header); err == nil && stated.Algorithm().FromBytes(body) != stated {
		message := fmt.Sprintf("it states the digest %s, and the content has %s", stated, desc.Digest)
		return ocispec.Descriptor{}, nil, r.integrity(op, message)
	}
	r.saw(ref, desc.Digest)
	return desc, body, nil
}

// statedDigest is what a registry says of a manifest; the error is that it does not, or in words that say nothing.
func statedDigest(header http.Header) (digest.Digest, error) {
	return digest.Parse(header.Get("Docker-Content-Digest"))
}

// Head asks for the manifest at ref, a tag or a digest, without reading it. By
// tag the digest is the one the registry states, so it serves to compare, not to
// trust. Errors are those of Resolve.
func (r *Repository) Head(ctx context.Context, ref string) (ocispec.Descriptor, error) {
	want, err := parseRef(ref)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	op := fmt.Sprintf("asking for manifest %q of %s", ref, r.repo.RepositoryStr())
	in := request{method: http.MethodHead, path: "/manifests/" + ref, op: op, good: []int{http.StatusOK}}
	in.header = http.Header{"Accept": {strings.Join(manifestTypes(), ", ")}}
	resp, err := r.do(ctx, in)
	if err != nil {
		r.sawError(ref, want, err)
		return ocispec.Descriptor{}, err
	}
	_ = resp.Body.Close()
	stated, err := statedDigest(resp.Header)
	if want == "" && (err != nil || resp.ContentLength < 0) {
		desc, _, err := r.Resolve(ctx, ref) // a registry that does not state them
		return desc, err
	}
	if want == "" {
		r.saw(ref, stated)
	} else if err == nil && stated != want && stated.Algorithm() == want.Algorithm() {
		return ocispec.Descriptor{}, r.integrity(op, "it states the digest "+stated.String())
	} else {
		stated = want
	}
	mediaType, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	mediaType = r.client.secrets.blank(mediaType)
	return ocispec.Descriptor{MediaType: mediaType, Digest: stated, Size: resp.ContentLength}, nil
}

// sawError remembers that a tag was seen to hold nothing.
func (r *Repository) sawError(ref string, want digest.Digest, err error) {
	if want == "" && cerrdefs.IsNotFound(err) {
		r.saw(ref, "")
	}
}

// Fetch reads the blob of desc, a config or another small one of at most 4 MiB,
// and checks it against desc. A blob that is not there is errdefs.ErrNotFound.
func (r *Repository) Fetch(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	op := fmt.Sprintf("reading blob %s of %s", desc.Digest, r.repo.RepositoryStr())
	if err := desc.Digest.Validate(); err != nil {
		return nil, r.integrity(op, err.Error())
	}
	if desc.Size < 0 || desc.Size > maxManifest {
		return nil, r.integrity(op, fmt.Sprintf("a size of %d bytes is out of range", desc.Size))
	}
	in := request{method: http.MethodGet, path: "/blobs/" + desc.Digest.String(), op: op, good: []int{http.StatusOK}}
	body, _, err := r.read(ctx, in, desc.Size)
	if err != nil {
		return nil, err
	}
	if int64(len(body)) != desc.Size || desc.Digest.Algorithm().FromBytes(body) != desc.Digest {
		message := fmt.Sprintf("the content has %d bytes and digest %s", len(body), digest.FromBytes(body))
		return nil, r.integrity(op, message)
	}
	if err := jsonvalues.Check(body, jsonvalues.Document); err != nil {
		return nil, r.integrity(op, err.Error())
	}
	return body, nil
}

// HasBlob says whether the repository has the blob of desc, of the right size
// where the registry states one.
func (r *Repository) HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	op := fmt.Sprintf("asking for blob %s of %s", desc.Digest, r.repo.RepositoryStr())
	if err := desc.Digest.Validate(); err != nil {
		return false, r.integrity(op, err.Error())
	}
	good := []int{http.StatusOK, http.StatusNotFound}
	in := request{method: http.MethodHead, path: "/blobs/" + desc.Digest.String(), op: op, good: good}
	resp, err := r.do(ctx, in)
	if err != nil {
		return false, err
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return false, nil
	}
	if resp.ContentLength > 0 && resp.ContentLength != desc.Size {
		return false, r.integrity(op, fmt.Sprintf("it states a size of %d bytes", resp.ContentLength))
	}
	return true, nil
}

// read sends a GET and reads its body, at most limit bytes; a body that is cut is
// asked for again, one that comes in drops is not.
func (r *Repository) read(ctx context.Context, in request, limit int64) ([]byte, http.Header, error) {
	for tries := r.client.attempts(); ; {
		body, header, asked, err := r.readOnce(ctx, in, limit)
		if asked == nil {
			return nil, nil, err
		}
		if errors.Is(err, errTooMuch) {
			return nil, nil, r.integrity(in.op, fmt.Sprintf("the answer has more than %d bytes", limit))
		}
		if err == nil {
			if err := r.client.secrets.check(body); err != nil {
				return nil, nil, r.integrity(in.op, err.Error())
			}
			return body, header, nil
		}
		slow, _ := errors.AsType[*idleError](err)
		if ctx.Err() != nil || slow != nil && slow.dripped() || !tries.again(ctx) {
			return nil, nil, r.failure(ctx, in.op, r.client.secrets.wrapNetwork(asked, err))
		}
	}
}

// errTooMuch is an answer that is longer than it may be.
var errTooMuch = errors.New("too many bytes")

// readOnce sends one GET and reads its body. Without an answer asked is nil.
func (r *Repository) readOnce(
	ctx context.Context, in request, limit int64,
) (body []byte, header http.Header, asked *http.Request, err error) {
	resp, err := r.do(small(ctx), in)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, more, err := localfile.Stream(resp.Body, limit)
	if more {
		err = errTooMuch
	}
	return body, resp.Header, resp.Request, err
}

// parseRef returns the digest ref is, or nothing when it is a tag. Anything else
// is errdefs.ErrInvalidArgument.
func parseRef(ref string) (digest.Digest, error) {
	if dgst, err := digest.Parse(ref); err == nil {
		return dgst, nil
	} else if errors.Is(err, digest.ErrDigestUnsupported) || strings.Contains(ref, ":") {
		return "", fmt.Errorf("reading digest %q: %w: %w", ref, err, cerrdefs.ErrInvalidArgument)
	}
	if match := reference.TagRegexp.FindString(ref); match != ref || ref == "" {
		return "", fmt.Errorf("reading tag %q: %w", ref, cerrdefs.ErrInvalidArgument)
	}
	return "", nil
}
