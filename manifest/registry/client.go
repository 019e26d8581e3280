package registry

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const (
	defaultBudget    = 60 * time.Second
	defaultUserAgent = "docker-multiplat"
)

// Scope is what a Repository may be used for.
type Scope string

const (
	// Pull allows reading.
	Pull = Scope(transport.PullScope)
	// Push allows reading and writing.
	Push = Scope(transport.PushScope)
)

// Client opens repositories of any registry. It is safe for concurrent use and
// keeps the repositories it opened, so that each costs one ping and one token.
type Client struct {
	keychain     authn.Keychain
	insecure     map[string]bool
	certificates []string
	budget       time.Duration
	clock        Clock
	userAgent    string
	notify       func(string)
	debug        func(string)
	base         http.RoundTripper
	patience     patience
	pauses       *pauses
	lanes        *lanes
	secrets      secrets
	waited       *waited

	mu    sync.Mutex
	repos map[string]*opening
}

// opening is one repository in the cache; its lock is held while it is opened.
type opening struct {
	mu   sync.Mutex
	repo *Repository
}

// New returns a client; the defaults stand at each option.
func New(opts ...Option) *Client {
	c := &Client{
		keychain:  authn.NewMultiKeychain(),
		insecure:  map[string]bool{},
		budget:    defaultBudget,
		clock:     systemClock{},
		userAgent: defaultUserAgent,
		notify:    func(string) {},
		patience:  patient(),
		repos:     map[string]*opening{},
		lanes:     newLanes(),
	}
	for _, opt := range opts {
		opt(c)
	}
	if c.base == nil {
		c.base = newHostTransports(c.certificates, c.insecure)
	}
	if c.debug != nil {
		tell := func(line string) { c.debug(c.secrets.blank(line)) }
		c.base = &tracer{inner: c.base, clock: c.clock, tell: tell}
	}
	c.pauses, c.waited = newPauses(c.clock), newWaited(c.patience)
	return c
}

// Repository returns the repository of name, with the rights of scope; a tag or
// digest in name is ignored. The first call for a repository pings its registry
// and fetches a token. Errors are ErrRefused for missing or wrong credentials
// and for plain HTTP that is not allowed, else ErrUnavailable or ErrIntegrity.
func (c *Client) Repository(ctx context.Context, name reference.Named, scope Scope) (*Repository, error) {
	name = reference.TrimNamed(name)
	if scope == Pull {
		// What may be pushed may be pulled, without another token.
		if repo := c.entry(name, Push).opened(); repo != nil {
			return repo, nil
		}
	}
	o := c.entry(name, scope)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.repo != nil {
		return o.repo, nil
	}
	repo, err := c.open(ctx, name, scope)
	if err != nil {
		return nil, err
	}
	o.repo = repo
	return repo, nil
}

func (c *Client) entry(name reference.Named, scope Scope) *opening {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := name.Name() + " " + string(scope)
	if c.repos[key] == nil {
		c.repos[key] = &opening{}
	}
	return c.repos[key]
}

// opened is the repository, nil if it was not opened with success.
func (o *opening) opened() *Repository {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.repo
}

// open pings and authenticates.
func (c *Client) open(ctx context.Context, named reference.Named, scope Scope) (*Repository, error) {
	host := reference.Domain(named)
	var opts []name.Option
	if c.plainAllowed(host) {
		opts = append(opts, name.Insecure)
	}
	reg, err := name.NewRegistry(host, opts...)
	if err != nil {
		return nil, c.failure(ctx, host, "naming the registry", err)
	}
	host = reg.RegistryStr()
	if c.insecure[strings.ToLower(host)] {
		c.notify(host + " is an insecure registry: whoever answers in its place is believed")
	}
	repo := reg.Repo(reference.Path(named))
	auth, err := authn.Resolve(ctx, c.keychain, repo)
	if err != nil {
		return nil, c.refusal(ctx, host, "finding credentials for "+repo.String(), err)
	}
	signIn := func(ctx context.Context, rt http.RoundTripper) (http.RoundTripper, error) {
		rt = transport.NewUserAgent(rt, c.userAgent)
		return transport.NewWithContext(ctx, reg, auth, rt, []string{repo.Scope(string(scope))})
	}
	ping := &pinged{inner: c.transport(host)}
	later := &wantsLater{inner: ping, host: host}
	signed, err := signIn(ctx, later)
	if err != nil {
		return nil, c.refusal(ctx, host, "signing in for "+repo.String(), err)
	}
	ping.asked.Store(true)
	if !ping.wants.Load() {
		later.signIn = func(ctx context.Context, challenge []string, scheme string) (http.RoundTripper, error) {
			return signIn(ctx, &pinged{inner: c.transport(host), known: challenge, scheme: scheme})
		}
	}
	return newRepository(c, named, repo, signed), nil
}

// transport is what lies below authentication for the registry at host.
func (c *Client) transport(host string) http.RoundTripper {
	return &retrier{
		client: c,
		policy: policy{registry: host, plainAllowed: c.plainAllowed, blank: c.secrets.blank},
		inner: &blanker{
			inner:   &limiter{inner: &idler{inner: c.base, waited: c.waited, secrets: &c.secrets}},
			secrets: &c.secrets,
		},
	}
}

// plainAllowed says whether host may be talked to in plain HTTP.
func (c *Client) plainAllowed(host string) bool { return plainAllowed(c.insecure, host) }
