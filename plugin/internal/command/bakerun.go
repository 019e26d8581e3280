package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	buildxbake "github.com/docker/buildx/bake"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// prepared is a bake that is known to be right in itself: nothing was contacted for it.
type prepared struct {
	resolved *bake.Resolved
	targets  []bake.Target
	// wanted is what the targets want beyond what was allowed.
	wanted buildxbake.EntitlementConf
	// asked are targets whose Dockerfiles are asked, built those that are built.
	asked build.Questions
	built []build.Plan
	// missing says that there is no builder, strangers which targets of the test file are not in the definition.
	missing   error
	strangers []string
}

// prepare resolves the definitions, and makes the plans.
func (o *bakeOptions) prepare(
	ctx context.Context, dockerCLI command.Cli, definitions *bake.Definitions,
) (p prepared, err error) {
	if p.resolved, err = definitions.Resolve(ctx); err != nil {
		return p, err
	}
	if p.targets, err = p.resolved.Requests(); err != nil {
		return p, err
	}
	if p.wanted, err = p.resolved.Wanted(); err != nil {
		return p, err
	}
	plans, err := o.plans(dockerCLI, &p)
	if err != nil {
		return p, err
	}
	if p.asked, p.built, err = o.divide(plans, p.targets); err != nil {
		return p, err
	}
	if o.push && len(p.built) > 0 && len(namesOf(p.built)) == 0 {
		return p, failure.Usage("--push: none of the targets has a tag; give one in the definition, or with " +
			"--set TARGET.tags=NAME:TAG")
	}
	return p, nil
}

// carryOut builds the targets, or asks their Dockerfiles.
func (o *bakeOptions) carryOut(ctx context.Context, dockerCLI command.Cli, p prepared) error {
	o.files = p.resolved.Files
	if !o.progress.Silent() {
		for _, stranger := range p.strangers {
			view.Say(dockerCLI, "%s", stranger)
		}
		sayNotes(dockerCLI, platform.Remarks(platformsOf(p.built)))
	}
	if err := view.Grant(ctx, dockerCLI, p.wanted, p.resolved.Remote()); err != nil {
		return failure.Wrap(failure.ErrUsage, err, "")
	}
	if p.missing != nil {
		return p.missing
	}
	if len(p.asked.Methods) > 0 {
		if err := o.ask(ctx, dockerCLI, p.asked, p.resolved); err != nil {
			return err
		}
	}
	switch {
	case len(p.built) == 0:
		return nil
	case o.push || slices.ContainsFunc(p.built, func(p build.Plan) bool { return p.Request.Stage.Used() }):
		return o.bakeAndPush(ctx, dockerCLI, p.built)
	}
	return o.bake(ctx, dockerCLI, p.built)
}

// platformsOf are the platforms of plans.
func platformsOf(plans []build.Plan) (names []string) {
	for _, p := range plans {
		for _, one := range p.Platforms.Platforms {
			names = append(names, platform.Format(one))
		}
	}
	return names
}

// divide parts the targets whose Dockerfiles are asked from those that are built, each with what they take.
func (o *bakeOptions) divide(
	plans []build.Plan, targets []bake.Target,
) (asked build.Questions, built []build.Plan, err error) {
	asked.Methods = map[string]request.Method{}
	var asking, building []string
	for _, t := range targets {
		switch {
		case t.Linked: // it is there for those that take it
		case t.Call != "":
			m, is, err := request.ParseMethod(t.Call)
			if err != nil || !is {
				return asked, nil, failure.Usage("target %q, key %q: %w", t.Name, "call", err)
			}
			m.Format, m.IgnoreStatus = o.method.Format, o.method.IgnoreStatus
			asked.Methods[t.Name] = m
			asking = append(asking, t.Name)
		default:
			building = append(building, t.Name)
		}
	}
	asked.Plans = withTaken(plans, asking)
	return asked, withTaken(plans, building), nil
}

// withTaken are the plans of these names, and of all that they take.
func withTaken(plans []build.Plan, names []string) (chosen []build.Plan) {
	needed := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		i := slices.IndexFunc(plans, func(p build.Plan) bool { return p.Target == name })
		if i >= 0 && !needed[name] {
			needed[name] = true
			names = append(names, plans[i].Takes...)
		}
	}
	for _, p := range plans {
		if needed[p.Target] {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// bake carries the plans out, and shows what came of them.
func (o *bakeOptions) bake(ctx context.Context, dockerCLI command.Cli, plans []build.Plan) error {
	for _, p := range plans {
		if p.TestFile != "" && !o.progress.Silent() {
			view.Say(dockerCLI, "tests and exceptions as %s has them", visible.Quote(p.TestFile))
			break
		}
	}
	o.reports = &view.Reports{Files: o.tests.Reports, Shown: &o.progress}
	o.reports.Remember()
	display, err := o.progress.Open(ctx, dockerCLI, fmt.Sprintf("building with %q", plans[0].Builder))
	if err != nil {
		return err
	}
	results, err := build.RunAll(ctx, HostOf(dockerCLI), plans, display)
	err = advice.AfterBuilder(HostOf(dockerCLI).Builders().DefaultName(), err)
	if ctx.Err() == nil && view.TargetRowsFollow(results, o.progress.Silent()) {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if ctx.Err() != nil {
		left := "drafts that were begun say which platforms are missing."
		if len(results) == len(plans) && !slices.ContainsFunc(results, func(r build.Result) bool { return !r.Whole() }) {
			left = "every draft has its platforms, and all have passed: publish takes them as they are."
		}
		return failure.Wrap(failure.ErrInterrupted, failure.ErrInterrupted, "", "No tag was touched; "+left)
	}
	if shown := view.TargetRows(dockerCLI, results, o.progress.Showing()); err == nil {
		err = shown
	}
	if err == nil {
		err = errorOfTargets(results, o.line)
	}
	if err := errors.Join(err, o.reports.Write(results, err)); err != nil {
		return err
	}
	if err := view.WriteTargetMetadata(o.metadata, results); err != nil {
		return err
	}
	return view.TargetSuccess(dockerCLI, results, o.publishLine(plans), o.progress.Silent())
}

// publishLine is the command that publishes what was baked: by the files, where they can be read again, for the names
// may be many.
func (o *bakeOptions) publishLine(plans []build.Plan) string {
	flags := append(advice.TransportFlags(), "set", "var")
	if len(o.files) == 0 {
		var texts []string
		for _, name := range namesOf(plans) {
			texts = append(texts, reference.FamiliarString(name))
		}
		return o.line.Only(advice.Command("publish"), texts, advice.TransportFlags()...).String()
	}
	line := o.line.Only(advice.Command("publish"), o.args, flags...)
	var given []string
	for _, file := range o.files {
		given = append(given, "--file "+visible.Quote(file))
	}
	return line.With(given...).String()
}

// namesOf are the drafts that plans make, those of scratch left out.
func namesOf(plans []build.Plan) (names []reference.NamedTagged) {
	for _, p := range plans {
		if !p.Scratch && !p.Discard {
			names = append(names, p.Names...)
		}
	}
	return names
}

// bakeAndPush asks every registry for the right to push before it builds, and publishes all drafts together; what is
// only staged is not published.
func (o *bakeOptions) bakeAndPush(ctx context.Context, dockerCLI command.Cli, plans []build.Plan) error {
	names := namesOf(plans)
	client := HostOf(dockerCLI).Registries(o.registry.Trust(), func(message string) { view.Say(dockerCLI, "%s", message) })
	if err := release.CheckPush(ctx, client, names); err != nil {
		return advice.Release(err, o.line)
	}
	if err := o.bake(ctx, dockerCLI, plans); err != nil || !o.push {
		return err
	}
	texts := make([]string, 0, len(names))
	for _, name := range names {
		texts = append(texts, reference.FamiliarString(name))
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: o.progress, trust: o.registry.Trust(),
		line: o.line.Only(advice.Command("publish"), texts, advice.TransportFlags()...), reports: o.reports,
	}
	err := c.drafts(ctx, release.FromDraft{Names: names}, release.Request{ArchTags: true})
	return errors.Join(err, o.reports.Again(err))
}
