package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ReferrersTag is the tag under which clients list what refers to a manifest, where a registry has no API for that
// (distribution specification, "Referrers Tag Schema").
func ReferrersTag(subject digest.Digest) string {
	return subject.Algorithm().String() + "-" + subject.Encoded()
}

// Referrers lists the manifests of the repository that name a manifest as their subject. Without the API for that, they
// are those that clients list under [ReferrersTag]; byTag tells of it.
func (r *Repository) Referrers(
	ctx context.Context, subject digest.Digest,
) (found []ocispec.Descriptor, byTag bool, err error) {
	op := fmt.Sprintf("asking what refers to %s of %s", subject, r.repo.RepositoryStr())
	in := request{method: http.MethodGet, path: "/referrers/" + subject.String(), op: op, good: []int{http.StatusOK}}
	in.header = http.Header{"Accept": {ocispec.MediaTypeImageIndex}}
	body, header, err := r.read(ctx, in, maxManifest)
	if hasNoReferrers(err) {
		_, body, err = r.Resolve(ctx, ReferrersTag(subject))
		byTag = true
	}
	if cerrdefs.IsNotFound(err) {
		return nil, byTag, nil
	}
	if err != nil {
		return nil, byTag, err
	}
	if header.Get("Link") != "" && !byTag {
		return nil, false, integrity(r.host(), op, "the list comes in pages, which are not read")
	}
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, byTag, integrity(r.host(), op, err.Error())
	}
	return index.Manifests, byTag, nil
}

// hasNoReferrers tells that a registry does not know the API: there is nothing, or it is not so asked.
func hasNoReferrers(err error) bool {
	answer, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch answer.Status {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}
