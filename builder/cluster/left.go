package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// Sweep removes the Jobs that killed processes of this user on this machine have left, and names them.
func (c *Cluster) Sweep(ctx context.Context) (gone []string, err error) {
	if container.Owner() == "" {
		return nil, nil
	}
	var found list[struct{ Metadata meta }]
	err = c.do(ctx, request{
		method: http.MethodGet, path: c.jobs(""), query: url.Values{"labelSelector": {container.Label}},
	}, &found)
	if err != nil {
		return nil, fmt.Errorf("looking for Jobs that were left in %s: %w", c.Name(), err)
	}
	for _, job := range found.Items {
		if !container.Dead(job.Metadata.Annotations[container.OwnerLabel]) {
			continue
		}
		if failed := c.remove(ctx, job.Metadata.Name); failed != nil {
			err = errors.Join(err, fmt.Errorf("removing the Job %s that was left: %w", job.Metadata.Name, failed))
			continue
		}
		gone = append(gone, job.Metadata.Name)
	}
	return gone, err
}

// Alive asks the cluster for a sign of life, and the nodes on which tests run: what they have written is read over the
// network that may have been cut.
func (p *Pool) Alive(ctx context.Context) error {
	if err := p.do(ctx, request{method: http.MethodGet, path: "/version"}, nil); err != nil {
		return err
	}
	for _, r := range p.all() {
		r.mu.Lock()
		of, runs := r.pod.Metadata.Name, running(r.pod)
		node := r.pod.Spec.NodeName
		r.mu.Unlock()
		if !runs {
			continue
		}
		p.wait(node)
		err := p.stream(ctx, of, url.Values{"tailLines": {"1"}, "limitBytes": {"1"}}, io.Discard)
		if ctx.Err() == nil {
			p.wait("")
		}
		if status, is := errors.AsType[*StatusError](err); is && status.Code < http.StatusInternalServerError {
			continue // of a pod that has ended meanwhile
		}
		if err != nil {
			return fmt.Errorf("node %s: %w", node, err)
		}
	}
	return nil
}

// Left are the Jobs of an image that could not be taken away.
func (p *Pool) Left(image string) (names []string) {
	for _, r := range p.all() {
		if r.config.Image == image {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	return names
}

// wait notes the node of which a sign of life is waited for.
func (p *Pool) wait(node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = node
}

// Silent is the node of which a sign of life is waited for; empty: no node keeps anybody waiting.
func (p *Pool) Silent() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}

// all are the Jobs that are on their way.
func (p *Pool) all() (list []*run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.runs {
		list = append(list, r)
	}
	return list
}
