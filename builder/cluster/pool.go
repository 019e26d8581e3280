package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Pool are the nodes that run the tests of one platform. It is an engine as far as tests need one, in which a container
// is a Job with one pod, known by the name of the Job. It is safe for concurrent use.
type Pool struct {
	*Cluster
	// Platform is what its nodes run without an emulator.
	Platform ocispec.Platform

	selector map[string]string
	// strict tells that the nodes can be told to take no groups from images.
	strict bool

	mu    sync.Mutex
	runs  map[string]*run
	execs map[string]*command
	// ran are the nodes that have run images last, and foreign are images whose programs did not start there, as they are
	// of another platform.
	ran     map[string]string
	foreign map[string]bool
	// accounts tell who the users of images are.
	accounts map[string]Accounts
	// waiting is the node that was asked for a sign of life, and has not answered yet.
	waiting string
}

// run is one Job on its way.
type run struct {
	name   string
	config enginecontainer.Config
	// stop ends the looking after it, and ended is closed when it has ended, or nothing more will be known of it.
	stop  context.CancelFunc
	ended chan struct{}

	mu     sync.Mutex
	pod    pod
	seen   bool
	lost   error
	health *enginecontainer.Health
}

// NodeOf is the node that has run an image last; empty: none has.
func (p *Pool) NodeOf(image string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ran[image]
}

// Runs tells whether the nodes run programs of the platform, going by what they said of those of an image.
func (p *Pool) Runs(image string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return !p.foreign[image], nil
	}
}

// run is the Job of a name.
func (p *Pool) run(name string) *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.runs[name]
}

// ContainerCreate makes a Job that does not begin yet, with what it takes to pull its image.
func (p *Pool) ContainerCreate(
	ctx context.Context, options dockerclient.ContainerCreateOptions,
) (made dockerclient.ContainerCreateResult, err error) {
	const digits = 12
	r := &run{
		name:   "multiplat-test-" + strings.ToLower(rand.Text()[:digits]),
		config: *options.Config, stop: func() {}, ended: make(chan struct{}),
	}
	if options.Config, err = p.accounted(ctx, r.config); err != nil {
		return made, err
	}
	login, err := p.login(r.config.Image)
	if err != nil {
		return made, err
	}
	secret := ""
	if login.known() {
		secret = r.name
	}
	var created struct{ Metadata meta }
	err = p.do(ctx, request{
		method: http.MethodPost, path: p.jobs(""), body: p.job(r.name, options.Config, options.HostConfig, secret),
	}, &created)
	if err != nil {
		return made, fmt.Errorf("making a Job in %s: %w", p.Name(), err)
	}
	p.mu.Lock()
	p.runs[r.name] = r
	p.mu.Unlock()
	made.ID = r.name
	if secret == "" {
		return made, nil
	}
	err = p.do(ctx, request{
		method: http.MethodPost, path: p.core("secrets", ""), body: login.secret(secret, created.Metadata.UID),
	}, nil)
	if err != nil {
		_, _ = p.ContainerRemove(context.WithoutCancel(ctx), r.name, dockerclient.ContainerRemoveOptions{})
		return made, fmt.Errorf("making the secret that pulls the image in %s: %w", p.Name(), err)
	}
	return made, nil
}

// ContainerWait tells when the program of a Job has ended.
func (p *Pool) ContainerWait(
	ctx context.Context, name string, _ dockerclient.ContainerWaitOptions,
) dockerclient.ContainerWaitResult {
	result, failed := make(chan enginecontainer.WaitResponse, 1), make(chan error, 1)
	r := p.run(name)
	go func() {
		select {
		case <-ctx.Done():
			failed <- context.Cause(ctx)
			return
		case <-r.ended:
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if end := ended(r.pod); end != nil && r.lost == nil {
			result <- enginecontainer.WaitResponse{StatusCode: int64(end.ExitCode)}
			return
		}
		failed <- r.lost
	}()
	return dockerclient.ContainerWaitResult{Result: result, Error: failed}
}

// ContainerInspect tells what is known of a Job.
func (p *Pool) ContainerInspect(
	_ context.Context, name string, _ dockerclient.ContainerInspectOptions,
) (found dockerclient.ContainerInspectResult, err error) {
	r := p.run(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	state := &enginecontainer.State{Running: running(r.pod), Health: r.health}
	if end := ended(r.pod); end != nil {
		state.ExitCode, state.OOMKilled = end.ExitCode, end.Reason == "OOMKilled"
	}
	found.Container.State = state
	return found, nil
}

// ContainerRemove takes a Job away with its pod and its secret. The error is for a pod that is still there.
func (p *Pool) ContainerRemove(
	ctx context.Context, name string, _ dockerclient.ContainerRemoveOptions,
) (removed dockerclient.ContainerRemoveResult, err error) {
	if r := p.run(name); r != nil {
		r.stop()
	}
	if err := p.remove(ctx, name); err != nil {
		return removed, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.runs, name)
	return removed, nil
}

// remove takes a Job away. A pod on a node that is lost is removed all the same.
func (c *Cluster) remove(ctx context.Context, name string) error {
	remove := func(path string, options object) error {
		err := c.do(ctx, request{method: http.MethodDelete, path: path, body: options}, nil)
		if gone(err) {
			return nil
		}
		return err
	}
	if err := remove(c.jobs(name), object{"propagationPolicy": "Background"}); err != nil {
		return err
	}
	pods, err := c.podsOf(ctx, name)
	if err != nil {
		return err
	}
	for _, left := range pods {
		if err := remove(c.core("pods", left.Metadata.Name), object{"gracePeriodSeconds": 0}); err != nil {
			return err
		}
	}
	// who may not remove secrets has made none, or one that goes with its Job
	if err := remove(c.core("secrets", name), object{}); err != nil && !forbidden(err) {
		return err
	}
	if pods, err = c.podsOf(ctx, name); err == nil && len(pods) > 0 {
		err = fmt.Errorf("pod %s is still there", pods[0].Metadata.Name)
	}
	return err
}

// podsOf are the pods of a Job.
func (c *Cluster) podsOf(ctx context.Context, name string) ([]pod, error) {
	var found list[pod]
	err := c.do(ctx, request{
		method: http.MethodGet, path: c.core("pods", ""), query: url.Values{"labelSelector": {"job-name=" + name}},
	}, &found)
	return found.Items, err
}

// RemovedBy is the command that removes what was left of a container.
func (p *Pool) RemovedBy(name string) string {
	return p.Kubectl() + " delete job " + name
}

// Kubectl is the command for what is in the namespace.
func (c *Cluster) Kubectl() string {
	kubectl := "kubectl"
	if c.place.Kubeconfig != "" {
		kubectl += " --kubeconfig " + visible.Quote(c.place.Kubeconfig)
	}
	return kubectl + " --context " + c.Context + " --namespace " + c.Namespace
}

// Lacking is the command that helps against an error: it makes a namespace that is not there, or looks at what is.
func (c *Cluster) Lacking(err error) string {
	if missing, is := errors.AsType[*NamespaceError](err); is {
		return missing.Making(c.Context)
	}
	return c.Kubectl() + " get nodes,jobs"
}
