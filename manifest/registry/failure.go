package registry

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

// failure turns what went wrong while talking to host into an *Error, or into
// ctx's own error when ctx ended. What is neither an answer nor the network is
// an answer that makes no sense: ErrIntegrity.
func (c *Client) failure(ctx context.Context, host, op string, err error) error {
	return c.secrets.classify(ctx, err, Error{Host: host, Op: op, kind: ErrIntegrity})
}

// failure is that of the client, of this repository's registry.
func (r *Repository) failure(ctx context.Context, op string, err error) error {
	return r.client.failure(ctx, r.host(), op, err)
}

// refusal is failure where what is left unexplained means ErrRefused: a token
// server that is not acceptable, a credential helper that fails.
func (c *Client) refusal(ctx context.Context, host, op string, err error) error {
	return c.secrets.classify(ctx, err, Error{Host: host, Op: op, kind: ErrRefused})
}

// classify makes the *Error of what went wrong, without what was sent to prove who we are.
func (s *secrets) classify(ctx context.Context, err error, e Error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s at %s: %w", e.Op, e.Host, ctx.Err())
	}
	answer, answers := errors.AsType[*transport.Error](err)
	if known, ok := errors.AsType[*Error](err); ok && (!answers || !errors.Is(known, ErrPlain)) {
		if out, ok := errors.AsType[outage](err); ok {
			known = out.of
		}
		named := *known
		named.Op = cmp.Or(known.Op, e.Op)
		return &named
	}
	if answers { // without TLS, perhaps, where that was tried first
		return s.answered(answer, e)
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the URL, which may hold upload state
	} else if isNetwork(err) {
		e.kind = ErrUnavailable
	}
	e.Message, e.cause = clean(s.blank(err.Error())), err
	return &e
}

// outage is an *Error of kind ErrUnavailable. Where two protocols were tried, it is what the one came to that the host
// speaks.
type outage struct{ of *Error }

// Error implements error.
func (o outage) Error() string { return o.of.Error() }

// As implements what errors.As looks for: an error is an outage if its kind is.
func (e *Error) As(target any) bool {
	out, ok := target.(*outage)
	if ok = ok && errors.Is(e.kind, ErrUnavailable); ok {
		out.of = e
	}
	return ok
}

// answered reads the registry's own code and message.
func (s *secrets) answered(answer *transport.Error, e Error) error {
	method := http.MethodGet
	if answer.Request != nil {
		method = answer.Request.Method
		e.Host = s.blank(answer.Request.URL.Host)
	}
	e.Status = answer.StatusCode
	if len(answer.Errors) > 0 {
		e.Code = clean(s.blank(string(answer.Errors[0].Code)))
		e.Message = clean(s.blank(answer.Errors[0].Message))
	} else if method != http.MethodHead {
		bare := *answer
		bare.Request = nil
		e.Message = clean(s.blank(bare.Error()))
	}
	e.kind = kindOf(method, e.Status, e.Code)
	e.Unknown = unknownBlobs(answer)
	return &e
}

// wrapNetwork gives an error of the network its kind; who called the transport
// names what was being done. The end of the request's own context stays
// what it is.
func (s *secrets) wrapNetwork(req *http.Request, err error) error {
	if err == nil || req.Context().Err() != nil {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	kind := ErrUnavailable
	if untrusted(err) {
		kind = ErrUntrusted
	}
	if _, noTLS := errors.AsType[tls.RecordHeaderError](err); noTLS {
		kind = ErrPlain
	}
	return &Error{Host: s.blank(req.URL.Host), Message: clean(s.blank(err.Error())), kind: kind, cause: err}
}

// isNetwork is true for errors of reading an answer's body.
func isNetwork(err error) bool {
	_, network := errors.AsType[net.Error](err)
	_, silence := errors.AsType[*idleError](err)
	return network || silence || errors.Is(err, io.ErrUnexpectedEOF)
}

// untrusted is true when TLS could not be agreed on: the certificate is not
// accepted, or the other side does not speak TLS.
func untrusted(err error) bool {
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return unverified || noTLS || alert
}

// temporary is true for errors of the network that may pass: a reset, an early
// end, a timeout. A refused port or a name that is not there stays so.
func temporary(err error) bool {
	if _, ok := errors.AsType[*Error](err); ok || untrusted(err) {
		return false
	}
	if silence, ok := errors.AsType[*idleError](err); ok && silence.dripped() {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsTimeout || dns.IsTemporary
	}
	for _, lasting := range []error{syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		if errors.Is(err, lasting) {
			return false
		}
	}
	return true
}

// unknownBlobs lists the digests an answer says are not there. Registries put
// them into the detail of an error, as a text or under "digest".
func unknownBlobs(answer *transport.Error) []digest.Digest {
	var unknown []digest.Digest
	for _, diagnostic := range answer.Errors {
		if !isPartUnknown(string(diagnostic.Code)) {
			continue
		}
		detail := diagnostic.Detail
		if fields, ok := detail.(map[string]any); ok {
			detail = fields["digest"]
			if detail == nil {
				detail = fields["Digest"]
			}
		}
		text, ok := detail.(string)
		if !ok {
			continue
		}
		if dgst, err := digest.Parse(text); err == nil {
			unknown = append(unknown, dgst)
		}
	}
	return unknown
}
