package machine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/buildx/util/progress"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// probesAtOnce bounds the solves that run at once to probe a builder.
const probesAtOnce = 4

// probeInBuilder runs each platform's program in the builder, which may have emulators that the engine lacks, and
// lack some that the engine has.
func probeInBuilder(ctx context.Context, b *builder.Builder, rows []Readiness, display progress.Writer) error {
	lines := make([]*shown.Row, len(rows)) // in their order, whichever is begun first
	for i, row := range rows {
		how := shown.How(row.Asked, row.Native)
		if row.Unknown {
			how = ""
		}
		if !row.Untestable {
			lines[i] = shown.Begin(display, row.Platform, how)
		}
	}
	var group errgroup.Group
	group.SetLimit(probesAtOnce)
	for i := range rows {
		row := &rows[i]
		if row.Untestable {
			continue
		}
		program, err := binfmt.ProgramFor(row.Asked)
		if err != nil {
			return err
		}
		group.Go(func() error {
			err := progress.Wrap("["+row.Platform+"] running a program in the builder", display.Write,
				func(progress.SubLogger) (err error) {
					row.Node, err = b.Probe(ctx, row.Asked, program)
					row.BuilderRuns, row.BuilderProbed = err == nil, true
					row.failed(b, err)
					return err
				})
			switch {
			case err != nil && ctx.Err() != nil: // which says nothing of the platform
				row.Reason = shown.Canceled
				lines[i].End(shown.Canceled, err.Error())
			case err != nil:
				lines[i].End("does not run", err.Error())
			default:
				lines[i].End("runs", "")
			}
			return nil
		})
	}
	_ = group.Wait()
	return context.Cause(ctx)
}

// failed notes why the program of a platform does not run in the builder, and what helps; nil: it does.
func (r *Readiness) failed(b *builder.Builder, err error) {
	if err == nil {
		return
	}
	r.Elsewhere = b.Elsewhere(r.Asked)
	if down, is := errors.AsType[*builder.DownError](err); is {
		r.down(down, down.Why()) // of the node that is named already
		if down.Away {
			r.Lost, r.Remedy = down, RemedyReach
		}
	}
	r.Reason = cmp.Or(r.Reason, err.Error())
	if strings.Contains(err.Error(), "exec format error") && b.InstallsNone(r.Asked) {
		r.Remedy = RemedyInPods
	}
}

// down notes why a node does not answer, and leaves its address to the reason, which may have it in it.
func (r *Readiness) down(node *builder.DownError, reason string) {
	if strings.Contains(reason, node.Endpoint) {
		r.Elsewhere = fmt.Sprintf("node %q", node.Node)
	}
	r.Reason = cmp.Or(r.Reason, reason)
}
