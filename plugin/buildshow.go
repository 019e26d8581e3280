package plugin

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// show prints the plan, with what the builder and the source say of themselves. Nothing is started.
func (p buildPlan) show(ctx context.Context, dockerCLI command.Cli) (err error) {
	if p.survey, err = builder.Look(ctx, dockerCLI, p.builder, p.platforms); err != nil {
		return notReady(dockerCLI, err)
	}
	if p.source, err = p.request.Source(ctx); err != nil {
		return interrupted(ctx, fail(errBuild, err, ""))
	}
	_, err = fmt.Fprint(dockerCLI.Out(), p)
	return err
}

// notReady adds the command that mends it to what is wrong with a builder. One whose driver cannot serve is not
// mended: another takes its place.
func notReady(dockerCLI command.Cli, err error) error {
	next := "docker multiplat init"
	if errors.Is(err, builder.ErrDriver) {
		name := builder.DefaultName(dockerCLI)
		next += " --builder " + name + "   (then build with --builder " + name + ")"
	}
	return fail(builder.ErrNotReady, err, next)
}
