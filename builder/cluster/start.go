package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	dockerclient "github.com/moby/moby/client"
)

// pace is how often a pod is looked at.
const pace = 300 * time.Millisecond

// ContainerStart lets a Job begin, and returns when its program runs, or has ended: what it takes to find a node and to
// pull the image is no part of a test. It is waited for as long as the cluster gets on with it.
func (p *Pool) ContainerStart(
	ctx context.Context, name string, _ dockerclient.ContainerStartOptions,
) (started dockerclient.ContainerStartResult, err error) {
	r := p.run(name)
	err = p.do(ctx, request{
		method: http.MethodPatch, path: p.jobs(name), kind: "application/merge-patch+json",
		body: object{"spec": object{"suspend": false}},
	}, nil)
	if err != nil {
		return started, fmt.Errorf("starting the Job %s: %w", name, err)
	}
	if err := p.arrive(ctx, r); err != nil {
		return started, err
	}
	p.mu.Lock()
	p.ran[r.config.Image] = r.pod.Spec.NodeName
	p.mu.Unlock()
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go p.follow(following, r)
	if check := r.config.Healthcheck; check != nil {
		go p.probe(following, r, check)
	}
	return started, nil
}

// arrive waits until the program of a Job runs, or has ended.
func (p *Pool) arrive(ctx context.Context, r *run) error {
	w := &waitFor{since: time.Now()}
	for {
		if err := p.look(ctx, r); err != nil {
			return err
		}
		over, err := p.arrived(ctx, r, w)
		if over || err != nil {
			return err
		}
		if !pause(ctx) {
			return context.Cause(ctx)
		}
	}
}

// waitFor is what is waited for, and since when.
type waitFor struct {
	stage   string
	since   time.Time
	refused string
	// asked is when it was asked last what has happened.
	asked time.Time
}

// at notes what is waited for now, and how long that has been so.
func (w *waitFor) at(stage string) time.Duration {
	if w.stage != stage {
		w.stage, w.since = stage, time.Now()
	}
	return time.Since(w.since)
}

// arrived tells whether a Job has come to its program; the error is for one that will not.
func (p *Pool) arrived(ctx context.Context, r *run, w *waitFor) (over bool, err error) {
	reason, message := waiting(r.pod)
	end := ended(r.pod)
	switch {
	case !r.seen:
		return false, p.unmade(ctx, r, w.at("pod"))
	case end != nil && end.Reason == "StartError":
		return false, p.refuse(r, end.Message)
	case end != nil || running(r.pod):
		return true, nil
	case strings.HasPrefix(reason, "CreateContainer") || reason == "RunContainerError":
		return false, p.refuse(r, message)
	case strings.Contains(reason, "Image"):
		if !strings.HasPrefix(message, "Back-off") {
			w.refused = message
		}
		secret := p.missingSecret(ctx, r, w.refused)
		if w.at("image") > refusedLimit || reason == "InvalidImageName" || secret != "" {
			return false, lost("pod %s%s cannot pull its image: %s%s", r.pod.Metadata.Name, onNode(r.pod),
				said(reason, cmp.Or(w.refused, message)), secret)
		}
	case r.pod.Spec.NodeName == "":
		if w.at("node") > schedulingLimit {
			return false, lost("pod %s is Pending: %s (waited %s for a node with %s)%s", r.pod.Metadata.Name,
				cmp.Or(unscheduled(r.pod), "nobody has looked for a node"), schedulingLimit, p.Selector(), p.tainted())
		}
	case w.stage != "image" && w.at("container") > schedulingLimit:
		return false, p.patient(ctx, r.pod, w)
	}
	return false, nil
}

// patient waits on for a pod whose image is being pulled, and for no other.
func (p *Pool) patient(ctx context.Context, of pod, w *waitFor) error {
	if time.Since(w.asked) < schedulingLimit/5 {
		return nil
	}
	w.asked = time.Now()
	seen, err := p.events(ctx, of.Metadata.Name)
	if err != nil {
		return err
	}
	began, done := happened(seen, "Pulling"), happened(seen, "Pulled")
	if began && !done && time.Since(w.since) < pullLimit {
		return nil
	}
	return lost("pod %s%s does not start: %s", of.Metadata.Name, onNode(of), trouble(seen))
}

// refuse is what the runtime of a node has against a container.
func (p *Pool) refuse(r *run, message string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ran[r.config.Image] = r.pod.Spec.NodeName
	if strings.Contains(strings.ToLower(message), noFormat) {
		p.foreign[r.config.Image] = true
	}
	return &refusal{message}
}

// look reads how the pod of a Job is. One that was seen and is not there any more was deleted.
func (p *Pool) look(ctx context.Context, r *run) error {
	pods, err := p.podsOf(ctx, r.name)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(pods) == 0 {
		if r.seen {
			return lost("pod %s%s was deleted", r.pod.Metadata.Name, onNode(r.pod))
		}
		return nil
	}
	r.pod, r.seen = pods[0], true
	return vanished(r.pod)
}

// follow looks after a Job until its program has ended, or it is not there any more. An API that does not answer for a
// moment is asked again: whether it is lost, others find out.
func (p *Pool) follow(ctx context.Context, r *run) {
	defer close(r.ended)
	for {
		err := p.look(ctx, r)
		_, is := errors.AsType[*LostError](err)
		if is || ctx.Err() != nil {
			r.mu.Lock()
			r.lost = cmp.Or(err, context.Cause(ctx))
			r.mu.Unlock()
			return
		}
		if err == nil && ended(r.pod) != nil {
			return
		}
		if !pause(ctx) {
			continue // and end
		}
	}
}

// pause waits; false when ctx is done before.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(pace)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// events are what the cluster says of something, the last one last.
func (c *Cluster) events(ctx context.Context, of string) ([]event, error) {
	var found list[event]
	err := c.do(ctx, request{
		method: http.MethodGet, path: c.core("events", ""), query: url.Values{"fieldSelector": {"involvedObject.name=" + of}},
	}, &found)
	return found.Items, err
}

// happened tells that something has happened.
func happened(seen []event, what string) bool {
	return slices.ContainsFunc(seen, func(e event) bool { return e.Reason == what })
}

// trouble is the last that is not well.
func trouble(seen []event) string {
	for _, e := range slices.Backward(seen) {
		if e.Type != "Normal" {
			return said(e.Reason, e.Message)
		}
	}
	return "the cluster does not say why"
}

// one asks for one of many.
func one() url.Values { return url.Values{"limit": {"1"}} }
