package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
)

// ReferrersTag is the tag under which clients list what refers to a manifest, where a registry has no API for that
// (distribution specification, "Referrers Tag Schema").
func ReferrersTag(subject digest.Digest) string {
	return subject.Algorithm().String() + "-" + subject.Encoded()
}

// maxPages is how many pages of a list are read, maxReferrers how many entries they may have.
const (
	maxPages     = 64
	maxReferrers = 10_000
)

// Referrers lists the manifests of the repository that name a manifest as their subject. Without the API for that, they
// are those that clients list under [ReferrersTag]; byTag tells of it.
func (r *Repository) Referrers(
	ctx context.Context, subject digest.Digest,
) (found []ocispec.Descriptor, byTag bool, err error) {
	op := fmt.Sprintf("asking what refers to %s of %s", subject, r.repo.RepositoryStr())
	in := request{method: http.MethodGet, path: "/referrers/" + subject.String(), op: op, good: []int{http.StatusOK}}
	in.header = http.Header{"Accept": {ocispec.MediaTypeImageIndex}}
	for range maxPages {
		body, header, err := r.read(ctx, in, maxManifest)
		if hasNoReferrers(err) && in.query == "" {
			_, body, err = r.Resolve(ctx, ReferrersTag(subject))
			byTag = true
		}
		if cerrdefs.IsNotFound(err) && in.query == "" {
			return nil, byTag, nil
		}
		if err != nil {
			return nil, byTag, err
		}
		listed, err := entriesOf(body)
		if err == nil && len(found)+len(listed) > maxReferrers {
			err = fmt.Errorf("the list has more than %d entries", maxReferrers)
		}
		if err != nil {
			return nil, byTag, r.integrity(op, err.Error())
		}
		found = append(found, listed...)
		more := false
		if !byTag {
			in.query, more, err = r.nextPage(header, in)
		}
		if err != nil {
			return nil, false, r.integrity(op, err.Error())
		}
		if !more {
			return found, byTag, nil
		}
	}
	return nil, false, r.integrity(op, fmt.Sprintf("the list has more than %d pages", maxPages))
}

// entriesOf are the entries of one page of a list.
func entriesOf(body []byte) ([]ocispec.Descriptor, error) {
	if err := jsonvalues.Check(body, jsonvalues.Manifest); err != nil {
		return nil, err
	}
	var index ocispec.Index
	err := json.Unmarshal(body, &index)
	return index.Manifests, err
}

// nextPage is the query of the page after the one that was asked for, by its Link header. It has to be a page of the
// same list: what is asked there is asked with the same login.
func (r *Repository) nextPage(header http.Header, asked request) (query string, more bool, err error) {
	link := regexp.MustCompile(`<([^>]*)>\s*;[^,<]*\brel="?next\b`).
		FindStringSubmatch(strings.Join(header.Values("Link"), ", "))
	if link == nil {
		return "", false, nil
	}
	this := url.URL{
		Scheme: r.repo.Scheme(), Host: r.host(), Path: "/v2/" + r.repo.RepositoryStr() + asked.path, RawQuery: asked.query,
	}
	next, err := this.Parse(link[1])
	switch {
	case err != nil:
		return "", false, fmt.Errorf("the next page of the list is at no URL: %w", err)
	case next.Host != this.Host || next.Path != this.Path || next.RawQuery == "" || next.RawQuery == this.RawQuery:
		return "", false, fmt.Errorf("the next page of the list, %q, is none", link[1])
	}
	return next.RawQuery, true, nil
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
