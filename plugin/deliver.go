package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// delivery carries images to their repositories: publish, merge and promote end in one.
type delivery struct {
	dockerCLI command.Cli
	// line is the command that does the same once more.
	line     commandLine
	progress progressOptions
	trust    registryOptions
	metadata metadataOptions
	limit    timeLimitOptions
	client   *registry.Client
	targets  []target
	results  []manifest.Published
	display  progress.Writer
	// written hears of every target that was published; it may be nil.
	written func(i int) error
	// dry has nothing written.
	dry bool
}

// show runs work under the display, then prints what was published, or would be.
func (d *delivery) show(ctx context.Context, what string, work func(context.Context) error) error {
	display, err := d.progress.open(ctx, d.dockerCLI, what)
	if err != nil {
		return err
	}
	d.display = display
	d.client = d.trust.client(d.dockerCLI, func(message string) { notify(display, message) })
	err = d.limit.run(ctx, work)
	if ended := display.Wait(); err == nil {
		err = ended
	}
	if d.dry {
		return errors.Join(d.printPlan(ctx), interrupted(ctx, err))
	}
	return errors.Join(d.report(d.progress.silent()), d.metadata.write(d), interrupted(ctx, err))
}

// lock takes the locks of all tags, unless nothing is to be written.
func (d *delivery) lock(ctx context.Context) (release func(), err error) {
	if d.dry {
		return func() {}, nil
	}
	return lockTags(ctx, d.dockerCLI, d.targets, func(message string) { notify(d.display, message) })
}

// open signs in at every repository before anything else is asked or sent: a missing login of the last target must
// not leave the first ones published.
func (d *delivery) open(ctx context.Context) error {
	for i := range d.targets {
		t := &d.targets[i]
		var err error
		if t.repository, err = d.client.Repository(ctx, t.name, registry.Push); err != nil {
			return d.explain(*t, fmt.Errorf("opening %q: %w", t.name.Name(), err))
		}
	}
	return nil
}

// prepare looks at every tag, of all targets, before the first byte is sent.
func (d *delivery) prepare(ctx context.Context) error {
	var refused []error
	for i := range d.targets {
		t := &d.targets[i]
		var err error
		t.prepared, err = manifest.Prepare(ctx, t.repository, t.blobs, t.plan, d.display)
		if err != nil {
			refused = append(refused, d.explain(*t, err))
		}
		if t.refused != nil {
			refused = append(refused, t.refused)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(refused...)
}

// write publishes one target after the other.
func (d *delivery) write(ctx context.Context) error {
	for _, t := range d.targets {
		published, err := t.prepared.Publish(ctx)
		if err != nil {
			return d.explain(t, err)
		}
		d.results = append(d.results, published)
		if d.written == nil {
			continue
		}
		if err := d.written(len(d.results) - 1); err != nil {
			return fail(nil, err, "", append(d.states(t, nil), "the draft does not know that it was published")...)
		}
	}
	return nil
}

// run does all of it, under the locks of the tags, and returns what was refused or went wrong.
func (d *delivery) run(ctx context.Context) error {
	if err := d.prepare(ctx); err != nil || d.dry {
		return err
	}
	return d.write(ctx)
}

// explain adds to a failure what every tag holds now and what to run next.
func (d *delivery) explain(t target, err error) error {
	var failed *manifest.PublishError
	if errors.As(err, &failed) {
		err = fmt.Errorf("publishing %q: %w", t.tagged()[0], failed.Err)
	}
	return fail(nil, err, d.next(t, err), d.states(t, failed)...)
}

// refusedBy is the registry that said no, which may be that of a source.
func refusedBy(t target, err error) string {
	var refused *registry.Error
	if !errors.As(err, &refused) || refused.Host == "" {
		return reference.Domain(t.name)
	}
	if refused.Host == "index.docker.io" {
		return "docker.io"
	}
	return refused.Host
}

// states says of every tag of the command what it holds now, when target t has failed.
func (d *delivery) states(t target, failed *manifest.PublishError) []string {
	var states []string
	for i, other := range d.targets {
		switch {
		case i < len(d.results):
			states = append(states, writtenStates(other, d.results[i])...)
		case other.name.Name() == t.name.Name() && failed != nil && slices.Equal(other.plan.Tags, t.plan.Tags):
			states = append(states, tagStates(t, failed)...)
		default:
			states = append(states, other.unchanged()...)
		}
	}
	return states
}

func writtenStates(t target, published manifest.Published) []string {
	states := make([]string, 0, len(published.Tags))
	for _, change := range published.Tags {
		state := "unchanged"
		if change.Written {
			state = "written"
		}
		states = append(states, fmt.Sprintf("tag %s %s", t.familiar(change.Tag), state))
	}
	return states
}

// tagStates says of every tag of a failed target what it holds now.
func tagStates(t target, failed *manifest.PublishError) []string {
	states := make([]string, 0, len(failed.Written)+len(failed.Unsure)+1)
	for _, tag := range failed.Written {
		states = append(states, fmt.Sprintf("tag %s written", t.familiar(tag)))
	}
	for _, tag := range failed.Unsure {
		states = append(states, fmt.Sprintf("tag %s perhaps written: its answer was lost", t.familiar(tag)))
	}
	for _, tag := range t.plan.Tags {
		if !slices.Contains(failed.Written, tag) && !slices.Contains(failed.Unsure, tag) {
			states = append(states, fmt.Sprintf("tag %s unchanged", t.familiar(tag)))
		}
	}
	if len(states) == 0 {
		states = append(states, "no tag was changed")
	}
	return states
}

// notify shows a line in the display, as a step that is done.
func notify(display progress.Writer, message string) {
	_ = progress.Wrap(message, display.Write, func(progress.SubLogger) error { return nil })
}
