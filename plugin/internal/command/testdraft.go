package command

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// repeat takes the tests that each platform of the draft was last put to, where no others are asked for.
func (o *testCommandOptions) repeat(
	ctx context.Context, dockerCLI command.Cli, builder string, plan trial.Plan, test *build.DraftTest,
) error {
	memories, same, err := test.Remembered(ctx)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(memories, func(m build.Memory) bool { return len(m.Words) > 0 })
	if plan.Mode != trial.Test || plan.Asks() || !known {
		return nil
	}
	plan.Own = nil
	for _, m := range memories {
		own, _, err := o.Own(m.Platform, m.Words, m.Words)
		if err != nil {
			return err
		}
		plan.Own = append(plan.Own, own)
	}
	said := "which differ by platform"
	if same {
		plan.Wanted, plan.Own = plan.Own[0].Native, nil
		said = advice.Flags(plan.Flags)
	}
	plan.AtHome(homeOf(dockerCLI, builder))
	if err := equip(&plan, dockerCLI); err != nil {
		return err
	}
	test.Repeat(plan)
	if !o.Silent() {
		view.Say(dockerCLI, "repeating the tests of before: %s", said)
	}
	return nil
}

// testDraft tests the images of a draft as if they had just been built.
func (o *testCommandOptions) testDraft(ctx context.Context, dockerCLI command.Cli, plan build.Plan) error {
	h := HostOf(dockerCLI)
	return h.WithDrafts(ctx, func(s *store.Store) error {
		d, err := s.Draft(ctx, plan.Names[0])
		name := reference.FamiliarString(plan.Name)
		if errors.Is(err, store.ErrNoDraft) {
			return failure.Wrap(store.ErrNoDraft, err, o.withoutDraft(ctx, dockerCLI, plan.Names[0]))
		}
		if errors.Is(err, store.ErrCorrupt) {
			return failure.Wrap(nil, err, advice.Rebuild(name, d))
		}
		if err != nil {
			return err
		}
		if err := o.checkOn(plan, d); err != nil {
			return err
		}
		plan.Builder = builderOf(h, d)
		plan.AtHome(homeOf(dockerCLI, plan.Builder))
		test, err := build.OpenDraft(h, s, plan, d)
		if err != nil {
			return err
		}
		if err := o.repeat(ctx, dockerCLI, plan.Builder, plan.Plan, test); err != nil {
			return err
		}
		err = o.during(ctx, dockerCLI, "testing "+name, test)
		if errors.Is(err, failure.ErrRebuilt) {
			return failure.Wrap(nil, err, o.line.String(), "No tag was touched; the draft says what it did.")
		}
		return err
	})
}

// checkOn refuses an engine for a platform that is not tested.
func (o *testCommandOptions) checkOn(plan build.Plan, d draft.Draft) error {
	of := plan.Platforms.Platforms
	if len(of) == 0 {
		for _, image := range d.Select(nil) {
			of = append(of, d.AskedFor(image.Platform))
		}
	}
	return o.CheckOn(of)
}

// builderOf is the builder that has built a draft, else the usual one; empty: there is none.
func builderOf(h dockercli.Host, d draft.Draft) string {
	named := ""
	for _, note := range d.Notes {
		if note.Build == nil {
			continue
		}
		for _, flag := range note.Build.Flags {
			if name, ok := strings.CutPrefix(flag, "--builder "); ok {
				named = max(named, name)
			}
		}
	}
	name, err := h.Builders().Resolve(cmp.Or(named, option.NamedBuilder()))
	if err != nil { // which is nothing to a test
		return ""
	}
	return name
}

// withoutDraft is the command that tests what is in the registry under the name, else the one that builds a draft. A
// registry that was not named is not asked.
func (o *testCommandOptions) withoutDraft(
	ctx context.Context, dockerCLI command.Cli, name reference.NamedTagged,
) string {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if reference.Domain(name) != "docker.io" {
		client := HostOf(dockerCLI).Registries(dockercli.Trust{Insecure: o.Insecure}, func(string) {})
		if place, err := client.Repository(ctx, name, registry.Pull); err == nil {
			if found, err := place.Head(ctx, name.Tag()); err == nil {
				return o.line.To(reference.FamiliarName(name) + "@" + found.Digest.String()).String()
			}
		}
	}
	return advice.Line{Verb: advice.Command("build") + " --test-local -t", Args: []string{
		reference.FamiliarString(name), ".",
	}}.String()
}
