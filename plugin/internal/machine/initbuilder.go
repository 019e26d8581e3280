package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// prepareBuilder makes the builder, or takes the one that is there, and starts it.
func (i *Init) prepareBuilder(ctx context.Context) error {
	config, err := i.config()
	if err != nil {
		return err
	}
	var made error // of a part of it: what is there has to be known all the same
	i.created, made = create.Create(ctx, i.host.Builders(), config)
	if made != nil && i.created.Name == "" {
		return i.builderFailed(made, false)
	}
	i.changes = append(i.changes, i.created.Notes...)
	if !i.created.Reused {
		if !slices.Contains(i.record.Builders, i.created.Name) {
			i.record.Builders = append(i.record.Builders, i.created.Name)
		}
		if err := WriteRecord(i.host, i.record); err != nil { // deinit must know of it whatever comes next
			return errors.Join(made, err)
		}
	}
	if made != nil {
		failed := i.builderFailed(made, false)
		if f, ok := errors.AsType[*BuilderError](failed); ok {
			f.Left = i.created.Untouched()
		}
		return failed
	}
	if i.builder, err = i.host.Builders().Boot(ctx, i.created.Name, i.need(), i.display); err != nil {
		return errors.Join(i.builderFailed(err, i.takeBack(ctx, err)), WriteRecord(i.host, i.record))
	}
	return i.nodesRun(ctx)
}

// takeBack removes the builder that this run has made and nothing of which runs, and tells whether that is done: the
// next init is not to find it, nor is anybody to build with it. Its cache stays where it had one before. What was
// interrupted stays as far as it came, and a builder that was there without what was added to it. A cluster that is
// not to be had has nothing to be removed.
func (i *Init) takeBack(ctx context.Context, failed error) bool {
	if ctx.Err() != nil {
		return false
	}
	if i.created.Reused {
		_ = create.TakeBack(ctx, i.host.Builders(), i.created.Name, i.created.Added) // what has failed before is told
		return false
	}
	had := len(i.created.Differences) > 0 || i.created.Adopted != ""
	removed, err := i.host.Builders().Remove(ctx, i.created.Name, had)
	if _, refused := errors.AsType[*builder.AccessError](failed); refused && err != nil {
		err = i.host.Builders().Forget(i.created.Name)
	}
	if err != nil || !removed {
		return false
	}
	i.record.Builders = slices.DeleteFunc(i.record.Builders, func(name string) bool { return name == i.created.Name })
	return true
}

// need is what the builder is prepared for: the platforms, the nodes that are named, and the first, which is in the
// engine in use where there are engines.
func (i *Init) need() builder.Need {
	need := builder.Need{Platforms: slices.Clone(i.asked.Platforms), Any: true}
	for _, spec := range i.request.Nodes {
		declared, _ := platform.Parse(spec.Platforms) // they were parsed before
		need.Platforms = append(need.Platforms, declared...)
	}
	return need
}
