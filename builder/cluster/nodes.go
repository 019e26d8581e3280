package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	enginecontainer "github.com/moby/moby/api/types/container"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// The labels that kubelet gives each node, of what it really is.
const (
	osLabel   = "kubernetes.io/os"
	archLabel = "kubernetes.io/arch"
)

// Open looks at the nodes of the cluster. Who may not list them is only refused where it matters: with other labels
// than those of kubelet nobody would know what the nodes are.
func (c *Cluster) Open(ctx context.Context) error {
	var nodes list[node]
	err := c.do(ctx, request{method: http.MethodGet, path: "/api/v1/nodes"}, &nodes)
	status, refused := errors.AsType[*StatusError](err)
	switch {
	case refused && status.Code == http.StatusForbidden && c.place.plain():
		return c.may(ctx)
	case refused && status.Code == http.StatusForbidden:
		err = fmt.Errorf("%w; what nodes with %s are is not known then, and selector=%s=ARCHITECTURE is relied on", err,
			strings.Join(c.place.Selector, ", "), archLabel)
	case err == nil:
		c.nodes, c.nodesKnown = nodes.Items, true
		return c.may(ctx)
	}
	return errdefs.Classify(fmt.Errorf("looking at the nodes of %s: %w", c.Name(), err), errdefs.ErrNotReady)
}

// may finds out whether the namespace is there, and Jobs may be looked at and made in it: a namespace that is not there
// has an empty list of them, and only what would be made there is refused.
func (c *Cluster) may(ctx context.Context) error {
	err := c.do(ctx, request{method: http.MethodGet, path: c.core("pods", ""), query: one()}, nil)
	if err == nil {
		err = c.do(ctx, request{method: http.MethodGet, path: c.jobs(""), query: one()}, nil)
	}
	if err == nil {
		err = c.rehearse(ctx)
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("looking at %s: %w", c.Name(), NoNamespace(err, c.Namespace, c.place.Kubeconfig))
	return errdefs.Classify(err, errdefs.ErrNotReady)
}

// rehearse has the cluster say what it has against a Job, and against the pod of one, which it does not make. Who makes
// Jobs need not be allowed to make pods; and of a pod that is refused for another reason than the security of pods, the
// tests may have better ones.
func (c *Cluster) rehearse(ctx context.Context) error {
	p := &Pool{Cluster: c, selector: c.place.labels()}
	job := p.job(
		"multiplat-test-rehearsal",
		&enginecontainer.Config{Image: "rehearsal"},
		&enginecontainer.HostConfig{},
		"",
	)
	dry := url.Values{"dryRun": {"All"}}
	err := c.do(ctx, request{method: http.MethodPost, path: c.jobs(""), query: dry, body: job}, nil)
	if err == nil {
		pod := object{
			"apiVersion": "v1", "kind": "Pod", "metadata": job["metadata"],
			"spec": job["spec"].(object)["template"].(object)["spec"], //nolint:forcetypeassert // ours
		}
		err = c.do(ctx, request{method: http.MethodPost, path: c.core("pods", ""), query: dry, body: pod}, nil)
		if err != nil && !strings.Contains(err.Error(), "violates PodSecurity") {
			return nil
		}
	}
	if status, is := errors.AsType[*StatusError](err); is && status.Code == http.StatusBadRequest {
		return nil // an admission webhook that knows no rehearsals says nothing of Jobs
	}
	return err
}

// Pool are the nodes of a cluster that run the tests of a platform.
func (c *Cluster) Pool(of ocispec.Platform) *Pool {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := platforms.Format(of)
	if c.pools[key] == nil {
		c.pools[key] = &Pool{
			Cluster: c,
			runs:    map[string]*run{},
			execs:   map[string]*command{},
			ran:     map[string]string{},
			foreign: map[string]bool{},

			accounts: map[string]Accounts{},
		}
		c.pools[key].choose(of)
	}
	return c.pools[key]
}

// choose says which nodes run the programs of a platform: those of its architecture, else those that run them without
// an emulator, else those that were asked for.
func (p *Pool) choose(of ocispec.Platform) {
	p.selector = p.place.labels()
	var there []node
	for _, n := range p.nodes {
		if n.Status.NodeInfo.OperatingSystem == of.OS && p.selects(n) {
			there = append(there, n)
		}
	}
	p.strict = len(there) > 0 && !slices.ContainsFunc(there, func(n node) bool {
		return !n.Status.Features.SupplementalGroupsPolicy
	})
	native := func(n node) bool { return platforms.Only(platformOf(n)).Match(of) }
	exact := func(n node) bool { return n.Status.NodeInfo.Architecture == of.Architecture }
	for _, fits := range []func(node) bool{exact, native} {
		if i := slices.IndexFunc(there, fits); i >= 0 {
			p.Platform = platformOf(there[i])
			if exact(there[i]) {
				p.Platform.Variant = of.Variant
			}
			p.selector[archLabel] = there[i].Status.NodeInfo.Architecture
			return
		}
	}
	p.selector[osLabel] = of.OS
	if len(there) > 0 && len(p.place.Selector) > 0 {
		p.Platform = platformOf(there[0])
		return
	}
	p.Platform = of
	switch arch := p.selector[archLabel]; {
	case len(p.place.Selector) == 0:
		p.selector[archLabel] = of.Architecture
	case arch != "" && arch != of.Architecture:
		p.Platform = platforms.Normalize(ocispec.Platform{OS: of.OS, Architecture: arch})
	}
}

// selects tells that a node has the labels that were asked for.
func (p *Pool) selects(n node) bool { return labeled(n, p.place.labels()) }

// labeled tells that a node has labels.
func labeled(n node, labels map[string]string) bool {
	for key, value := range labels {
		if has, there := n.Metadata.Labels[key]; !there || has != value {
			return false
		}
	}
	return true
}

// Selector says which labels the nodes have.
func (p *Pool) Selector() string {
	entries := make([]string, 0, len(p.selector))
	for _, key := range slices.Sorted(maps.Keys(p.selector)) {
		entries = append(entries, key+"="+p.selector[key])
	}
	return strings.Join(entries, ", ")
}

// platformOf is what a node is.
func platformOf(n node) ocispec.Platform {
	return platforms.Normalize(ocispec.Platform{
		OS: n.Status.NodeInfo.OperatingSystem, Architecture: n.Status.NodeInfo.Architecture,
	})
}
