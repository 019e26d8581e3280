package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// PushBlob uploads the blob of desc, read from open, unless the repository has
// it already; sent says whether it was uploaded. An upload that is cut is
// repeated as a whole, so open may be called several times. While it runs,
// progress, which may be nil, is told how many bytes were read in the present
// try; it starts again from 0 in the next one. A local blob whose size or hash
// is not desc's is ErrIntegrity and does not reach the registry.
func (r *Repository) PushBlob(
	ctx context.Context, desc ocispec.Descriptor, open func() (io.ReadCloser, error), progress func(n int64),
) (sent bool, err error) {
	return r.push(ctx, desc, open, progress, func(blob *layer) v1.Layer { return blob })
}

// push uploads a blob in the form that shape gives it, until that succeeds.
func (r *Repository) push(
	ctx context.Context, desc ocispec.Descriptor, open func() (io.ReadCloser, error), progress func(n int64),
	shape func(*layer) v1.Layer,
) (sent bool, err error) {
	op := fmt.Sprintf("pushing blob %s to %s", desc.Digest, r.repo.RepositoryStr())
	if err := desc.Digest.Validate(); err != nil {
		return false, r.integrity(op, err.Error())
	}
	if progress == nil {
		progress = func(int64) {}
	}
	for tries := r.client.attempts(); ; {
		blob := &layer{desc: desc, open: open, progress: progress}
		err := r.upload(ctx, shape(blob))
		if err == nil {
			return blob.wasRead(), nil
		}
		reason := blob.problem()
		if reason != nil && ctx.Err() == nil && !ofSource(reason) {
			return false, r.integrity(op, "reading the blob: "+reason.Error())
		}
		if ctx.Err() != nil || !uploadRepeats(err) || !r.pause(ctx, tries, err) {
			if reason != nil && ctx.Err() == nil { // of the source, which has said what it is
				return false, reason
			}
			return false, r.failure(ctx, op, err)
		}
	}
}

// ofSource is true when a blob could not be read because it comes from another
// registry, which does not answer now or says no; that is kept as it is.
func ofSource(reason error) bool {
	return errors.Is(reason, ErrUnavailable) || errors.Is(reason, ErrRefused)
}

// upload tries once: HEAD, POST, PATCH, PUT. A pusher of its own each time,
// because a pusher remembers what it uploaded and would not look again.
func (r *Repository) upload(ctx context.Context, blob v1.Layer) error {
	pusher, err := remote.NewPusher(
		remote.WithTransport(r.transport),
		remote.WithRetryPredicate(func(error) bool { return false }),
		remote.WithNondistributable,
	)
	if err != nil {
		return err
	}
	return pusher.Upload(ctx, r.repo, blob)
}

// uploadRepeats says whether to begin an upload again after err: one of its parts
// failed, which the transport does not repeat. What failed before that was
// repeated there already.
func uploadRepeats(err error) bool {
	if answer, ok := errors.AsType[*transport.Error](err); ok {
		if answer.Request == nil || !isPart(answer.Request.Method) {
			return false
		}
		return repeatableStatus(answer.StatusCode) ||
			answer.StatusCode == http.StatusNotFound ||
			answer.StatusCode == http.StatusRequestedRangeNotSatisfiable
	}
	if known, ok := errors.AsType[*Error](err); ok && !errors.Is(known, ErrUnavailable) {
		return false
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return request.Op == "Patch" || request.Op == "Put"
	}
	return isNetwork(err)
}

func isPart(method string) bool { return method == http.MethodPatch || method == http.MethodPut }

// pause waits before the next upload: as long as the registry asked for, else by
// our own choice. False when there is to be no next one.
func (r *Repository) pause(ctx context.Context, tries *attempts, err error) bool {
	status := 0
	if answer, ok := errors.AsType[*transport.Error](err); ok {
		status = answer.StatusCode
	}
	asked := r.client.pauses.left(r.host())
	wait, ok := nextWait(tries, asked)
	if !ok {
		return false
	}
	r.client.holdBack(r.host(), status, wait, asked > 0, tries.made+1)
	return sleep(ctx, r.client.clock, wait) == nil
}
