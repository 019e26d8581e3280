package registry

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

// Repository is one repository of one registry, signed in. It is safe for
// concurrent use.
type Repository struct {
	client    *Client
	named     reference.Named
	repo      name.Repository
	transport http.RoundTripper

	mu sync.Mutex
	// seen is what each tag held when it was last read; empty for nothing.
	seen map[string]digest.Digest
}

func newRepository(c *Client, named reference.Named, repo name.Repository, rt http.RoundTripper) *Repository {
	return &Repository{client: c, named: named, repo: repo, transport: rt, seen: map[string]digest.Digest{}}
}

// Name is the repository's name, without tag or digest.
func (r *Repository) Name() reference.Named { return r.named }

func (r *Repository) host() string { return r.repo.RegistryStr() }

// request is one call of the distribution API; body may be nil.
type request struct {
	method, path string
	// query is what follows the path, encoded.
	query  string
	header http.Header
	body   []byte
	// op says what is being done, for errors.
	op string
	// good are the statuses that are no errors.
	good []int
}

// do sends one request and returns an answer with a good status.
func (r *Repository) do(ctx context.Context, in request) (*http.Response, error) {
	for late := 0; ; late++ {
		resp, err := r.send(ctx, in)
		if err != nil {
			return nil, r.failure(ctx, in.op, err)
		}
		err = transport.CheckError(resp, in.good...)
		if err == nil {
			return resp, nil
		}
		_ = resp.Body.Close()
		skew := skewOf(resp, r.client.clock)
		if skew == 0 || late >= maxLate {
			return nil, explainSkew(r.failure(ctx, in.op, err), skew)
		}
		if err := sleep(ctx, r.client.clock, lateWait); err != nil {
			return nil, r.failure(ctx, in.op, err)
		}
	}
}

func (r *Repository) send(ctx context.Context, in request) (*http.Response, error) {
	u := url.URL{
		Scheme:   r.repo.Scheme(),
		Host:     r.host(),
		Path:     "/v2/" + r.repo.RepositoryStr() + in.path,
		RawQuery: in.query,
	}
	req, err := http.NewRequestWithContext(ctx, in.method, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	if in.body != nil {
		req, err = http.NewRequestWithContext(ctx, in.method, u.String(), bytes.NewReader(in.body))
		if err != nil {
			return nil, fmt.Errorf("making request: %w", err)
		}
	}
	for key, values := range in.header {
		req.Header[key] = values
	}
	client := http.Client{Transport: r.transport}
	return client.Do(req)
}

// saw remembers what a tag held.
func (r *Repository) saw(tag string, dgst digest.Digest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[tag] = dgst
}

// lastSeen is what a tag held when it was last read.
func (r *Repository) lastSeen(tag string) (digest.Digest, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	dgst, ok := r.seen[tag]
	return dgst, ok
}
