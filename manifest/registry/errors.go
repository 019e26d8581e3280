package registry

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// The kinds of *Error besides errdefs.ErrNotFound.
var (
	// ErrRefused means the registry said no, and would say no again: missing or
	// wrong credentials, denied, an immutable tag, a media type it does not
	// take, a certificate or a plain HTTP address that is not accepted by us.
	ErrRefused = errors.New("refused")
	// ErrUnavailable means the registry could not be reached or could not serve
	// us (network, 5xx, rate limit) after all tries. It is safe to run again.
	ErrUnavailable = errors.New("unavailable")
	// ErrNotShown means a registry took the write of a tag without saying that the
	// tag was created, and the tag does not show it.
	ErrNotShown = fmt.Errorf("not shown: %w", ErrUnavailable)
	// ErrIntegrity means content is not what its digest or size says, here or at
	// the registry, or that an answer is too large or makes no sense.
	ErrIntegrity = errors.New("integrity check failed")
)

// The kinds of ErrRefused that come before any answer.
var (
	// ErrUntrusted means the certificate of the host is not accepted.
	ErrUntrusted = fmt.Errorf("certificate not accepted: %w", ErrRefused)
	// ErrPlain means the host would be spoken to in plain HTTP, which is not allowed.
	ErrPlain = fmt.Errorf("plain HTTP not allowed: %w", ErrRefused)
	// ErrCredentials means the credentials for the host could not be read.
	ErrCredentials = fmt.Errorf("credentials not readable: %w", ErrRefused)
)

// Error is a failed exchange with a registry.
type Error struct {
	// Host is HOST[:PORT] of the registry, or of the server it sent us to.
	Host string
	// Op is what was being done, like "writing manifest \"1.0\" of team/app".
	Op string
	// Status is the HTTP status, 0 when there was no answer.
	Status int
	// Code is the registry's own error code, like DENIED (distribution spec,
	// "Error Codes"); empty when it gave none.
	Code string
	// Message is the registry's own message, or what went wrong below HTTP. It
	// holds no control characters and is cut when too long.
	Message string
	// Unknown are the blobs and manifests that a registry, refusing a manifest,
	// says it does not have, where it names them.
	Unknown []digest.Digest
	// Tag is the tag that was refused, and MediaType that of the manifest; both are
	// empty of what was no writing of a manifest.
	Tag, MediaType string

	kind  error
	cause error
}

var _ error = (*Error)(nil)

// Error implements error: what was being done, the host, and the other side's
// own words.
func (e *Error) Error() string {
	parts := []string{e.Host}
	if e.Op != "" {
		parts[0] = e.Op + " at " + e.Host
	}
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(strconv.Itoa(e.Status)+" "+http.StatusText(e.Status)))
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Unwrap gives the kind (ErrRefused, ErrUnavailable, ErrIntegrity or
// errdefs.ErrNotFound) and, where there is one, the error below.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// OfMediaType is true when a manifest was refused for what it is.
func (e *Error) OfMediaType() bool {
	return e.MediaType != "" && (e.Status == http.StatusUnsupportedMediaType || e.Code == "MANIFEST_INVALID")
}

// integrity is an *Error of kind ErrIntegrity.
func (r *Repository) integrity(op, message string) *Error {
	return &Error{Host: r.host(), Op: op, Message: clean(r.client.secrets.blank(message)), kind: ErrIntegrity}
}

// kindOf is the kind of an answer with this status. Writing where there is
// nothing is refused; reading it is not found.
func kindOf(method string, status int, code string) error {
	switch {
	case repeatableStatus(status):
		return ErrUnavailable
	case isPartUnknown(code) && method == http.MethodPut:
		// Storage that does not show yet what was just sent.
		return ErrUnavailable
	case code == "DIGEST_INVALID" || code == "SIZE_INVALID":
		return ErrIntegrity
	case status == http.StatusNotFound && (method == http.MethodGet || method == http.MethodHead):
		return cerrdefs.ErrNotFound
	case status < http.StatusBadRequest:
		return ErrIntegrity
	}
	return ErrRefused
}

// repeatableStatus is true for answers that say "not now".
func repeatableStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, 499:
		return true
	}
	return status >= 500
}

// notCarriedOut is true for those answers after which a request was surely not
// carried out; after a gateway's 502, say, it may have been.
func notCarriedOut(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// isPartUnknown is true for the codes by which a registry refuses a manifest for
// want of what it refers to (distribution spec, "Error Codes"). Of an index that may
// also be a manifest.
func isPartUnknown(code string) bool {
	return strings.HasSuffix(code, "BLOB_UNKNOWN") || code == "MANIFEST_UNKNOWN"
}

// LacksPart is true when a registry refused a manifest because it does not know what
// that refers to.
func (e *Error) LacksPart() bool { return isPartUnknown(e.Code) }

// maxMessage is how much of a registry's own words is repeated, in runes.
const maxMessage = 512

// clean makes text of others fit for one line of a terminal: white space becomes
// one blank, what is not visible is written as escapes, and what is too long is
// cut.
func clean(text string) string {
	runes := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " "))
	if len(runes) <= maxMessage {
		return visible.Whole(string(runes))
	}
	return visible.Whole(string(runes[:maxMessage])) + "…"
}
