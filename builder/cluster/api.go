package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/trust"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// answerLimit is how long the API may take for one answer.
const answerLimit = 8 * time.Second

// answerSize is how much of an answer is read.
const answerSize = 64 << 20

// StatusError is the "no" of the API.
type StatusError struct {
	Code            int
	Reason, Message string
}

// Error implements error.
func (e *StatusError) Error() string { return cmp.Or(e.Message, e.Reason, http.StatusText(e.Code)) }

// gone tells that what was asked for is not there.
func gone(err error) bool {
	status, is := errors.AsType[*StatusError](err)
	return is && status.Code == http.StatusNotFound
}

// forbidden tells that somebody has no right to something.
func forbidden(err error) bool {
	status, is := errors.AsType[*StatusError](err)
	return is && status.Code == http.StatusForbidden
}

// request is one request to the API.
type request struct {
	method, path string
	query        url.Values
	// kind is the media type of the body, where it is not JSON.
	kind string
	body any
}

// do sends a request, and reads the answer into what is given; nil: it is not wanted.
func (c *Cluster) do(ctx context.Context, r request, into any) error {
	ctx, done := context.WithTimeoutCause(ctx, answerLimit, &silentError{c.Server})
	defer done()
	response, err := c.open(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Close() }()
	body, _, err := localfile.Stream(response, answerSize)
	if err != nil {
		return c.heard(ctx, err)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", c.Server, err)
	}
	return nil
}

// open sends a request, and gives what is answered.
func (c *Cluster) open(ctx context.Context, r request) (io.ReadCloser, error) {
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("writing a request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.address(r.path, r.query).String(), body)
	if err != nil {
		return nil, fmt.Errorf("writing a request: %w", err)
	}
	req.Header.Set("Accept", "application/json, */*")
	req.Header.Set("Content-Type", cmp.Or(r.kind, "application/json"))
	response, err := c.client.Do(req)
	if err != nil {
		return nil, c.heard(ctx, err)
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return response.Body, nil
	}
	defer func() { _ = response.Body.Close() }()
	const most = 64 << 10
	status := &StatusError{Code: response.StatusCode}
	said, _, err := localfile.Stream(response.Body, most)
	if err == nil && json.Unmarshal(said, status) != nil {
		status.Message = string(bytes.TrimSpace(said))
	}
	if status.Code = response.StatusCode; status.Code == http.StatusUnauthorized { // the answer may have none
		status.Message = "Unauthorized: " + unaccepted(c.config, response.Header.Get("Date"))
	}
	return nil, status
}

// address is where something of the API is.
func (c *Cluster) address(path string, query url.Values) *url.URL {
	at := c.base.JoinPath(path)
	at.RawQuery = query.Encode()
	return at
}

// silentError says that the API takes requests and does not answer.
type silentError struct{ server string }

// Error implements error.
func (e *silentError) Error() string {
	return fmt.Sprintf("the cluster at %s does not answer (waited %s)", e.server, answerLimit)
}

// heard is an error of a request, or that the API does not answer, or that the request was called off.
func (c *Cluster) heard(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed, is := errors.AsType[*url.Error](err); is {
		err = failed.Err // without the address, which is long and says nothing
	}
	if untrusted := c.side().Explain(err); untrusted != nil {
		err = untrusted
	}
	return fmt.Errorf("reaching the cluster at %s: %w", c.Server, err)
}

// side is this side of the connection to the API.
func (c *Cluster) side() trust.Side {
	return trust.Side{
		Now: time.Now(), Shows: c.config.CertFile != "" || len(c.config.CertData) > 0,
		Authority: "the certificate-authority of the kubeconfig", Own: "the client-certificate of the kubeconfig",
		Rename: "name that as tls-server-name in the kubeconfig", Give: "client-certificate and client-key of the kubeconfig",
		Plain: "name its server as http://HOST:PORT in the kubeconfig, if that is meant",
	}
}

// jobs and core are where things of the namespace are.
func (c *Cluster) jobs(name string) string {
	return "/apis/batch/v1/namespaces/" + c.Namespace + "/jobs" + below(name)
}

func (c *Cluster) core(kind, name string) string {
	return "/api/v1/namespaces/" + c.Namespace + "/" + kind + below(name)
}

func below(name string) string {
	if name == "" {
		return ""
	}
	return "/" + name
}
