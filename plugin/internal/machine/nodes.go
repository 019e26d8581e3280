package machine

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/builder/create"
)

// nodesRun takes nodes back that this run has added to a builder and that do not run: it stays as it was, and what was
// built elsewhere before is built there. Others that do not run are told of, and new ones that are one engine.
func (i *Init) nodesRun(ctx context.Context) error {
	var dead []create.Added
	var faults []error
	for _, added := range i.created.Added {
		if err := i.builder.Down(added.Node); err != nil {
			dead = append(dead, added)
			faults = append(faults, fmt.Errorf("node %q, which was to be added to builder %q: %w", added.Node,
				i.created.Name, err))
		}
	}
	if len(dead) == 0 || ctx.Err() != nil {
		i.remarks = append(i.remarks, i.builder.Lacks()...)
		if !i.created.Reused || len(i.created.Added) > 0 {
			i.remarks = append(i.remarks, i.builder.OneEngine(ctx)...)
		}
		return context.Cause(ctx)
	}
	fault := errors.Join(faults...)
	if err := create.TakeBack(ctx, i.host.Builders(), i.created.Name, dead); err != nil {
		return i.builderFailed(errors.Join(fault, err), false)
	}
	return &BuilderError{Amiss: Amiss{fault}, Name: i.created.Name, Left: true}
}
