package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// repeat takes the tests that each platform of the draft was last put to, where no others are asked for.
func (o *testCommandOptions) repeat(
	ctx context.Context, dockerCLI command.Cli, plan trial.Plan, test *build.DraftTest,
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
	if err := equip(&plan, dockerCLI); err != nil {
		return err
	}
	test.Repeat(plan)
	if !o.Silent() {
		view.Say(dockerCLI, "repeating the tests of before: %s", said)
	}
	return nil
}

// checkManual refuses --manual where nobody can be asked, and beside tests, which are run without it.
func (o *testCommandOptions) checkManual(dockerCLI command.Cli, p trial.Plan) error {
	switch {
	case !o.manual:
		return nil
	case p.Asks() || o.Local || o.Runs():
		return failure.Usage("--manual runs no tests; run docker multiplat test without it for those, before or after")
	case !view.Interactive(dockerCLI):
		return failure.Usage("--manual asks whoever looks at the image, and there is no terminal; " +
			"run it on one, or leave it out to have tests run")
	}
	return nil
}

func runTest(ctx context.Context, dockerCLI command.Cli, options testCommandOptions) error {
	plan, asked, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	sayNotes(dockerCLI, options.Notes())
	named, err := reference.ParseNormalizedNamed(options.name)
	if err != nil {
		return ref.Invalid(options.name, "NAME[:TAG] or NAME@DIGEST", err)
	}
	if canonical, ok := named.(reference.Canonical); ok {
		if options.format != view.FormatTable {
			return failure.Usage(
				"--format %q prints the outcomes in the place of the result, which for an image in a registry is "+
					"its new digest; use --report FILE",
				options.format,
			)
		}
		plan.Name, plan.Reuse = canonical, false
		return options.testPublished(ctx, dockerCLI, plan, asked)
	}
	name, err := ref.ParseName(options.name)
	if err != nil {
		return err
	}
	plan.Name = name
	return options.testDraft(ctx, dockerCLI, build.Plan{
		Plan: plan, Names: []reference.NamedTagged{name}, Platforms: platform.Choice{Platforms: asked},
	})
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
		plan.Builder = builderOf(h, d)
		test, err := build.OpenDraft(h, s, plan, d)
		if err != nil {
			return err
		}
		if err := o.repeat(ctx, dockerCLI, plan.Plan, test); err != nil {
			return err
		}
		err = o.during(ctx, dockerCLI, "testing "+name, test)
		if errors.Is(err, failure.ErrRebuilt) {
			return failure.Wrap(nil, err, o.line.String(), "No tag was touched; the draft says what it did.")
		}
		return err
	})
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

// testPublished pulls the image at a digest, tests it, and pushes the record of what passed beside it.
func (o *testCommandOptions) testPublished(
	ctx context.Context, dockerCLI command.Cli, plan trial.Plan, asked []ocispec.Platform,
) error {
	o.tell = func(message string) { view.Say(dockerCLI, "%s", message) }
	client := HostOf(dockerCLI).Registries(o.Trust(), func(message string) { o.tell(message) })
	test, err := trial.OpenPublished(ctx, HostOf(dockerCLI), client, plan, asked)
	if err != nil {
		return failure.Wrap(
			nil,
			fmt.Errorf("reading %q: %w", o.name, failure.Interrupted(ctx, err)),
			"",
			"No tag was touched.",
		)
	}
	if err := o.during(ctx, dockerCLI, "testing "+reference.FamiliarString(plan.Name), registryTest{test}); err != nil {
		return err
	}
	recorded, err := test.Push(ctx)
	if err != nil {
		return err
	}
	return view.Recorded(dockerCLI, recorded)
}

// testRun is the test of a draft, or of what is published, in its steps.
type testRun interface {
	// Try tests what was chosen.
	Try(ctx context.Context, pw progress.Writer) error
	// Ask has a person try what was loaded.
	Ask(ctx context.Context, who trial.Person) error
	// Conclude writes down what is known in the end.
	Conclude(ctx context.Context, result build.Result) (build.Result, error)
	// Result is what is known so far.
	Result() build.Result
}

// registryTest is the test of what is published as a [testRun]; it is concluded by a push, which is told apart.
type registryTest struct{ *trial.PublishedTest }

// Conclude implements testRun.
func (t registryTest) Conclude(_ context.Context, result build.Result) (build.Result, error) {
	return result, nil
}

// Result implements testRun.
func (t registryTest) Result() build.Result { return build.ResultOfTest(t.Plan, t.Outcomes) }

// during shows the tests while they run, has people look where that was asked for, and shows what came of it.
func (o *testCommandOptions) during(ctx context.Context, dockerCLI command.Cli, what string, test testRun) error {
	reports := &view.Reports{Files: o.Reports, Shown: &o.Progress}
	reports.Remember()
	display, err := o.Open(ctx, dockerCLI, what)
	if err != nil {
		return err
	}
	said := o.tell
	o.tell = display.Note
	err = test.Try(ctx, display)
	o.tell = said
	if ctx.Err() == nil && !o.manual && view.RowsFollow(test.Result(), o.format, o.Silent()) {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err == nil && o.manual && ctx.Err() == nil {
		err = test.Ask(ctx, view.NewInterview(dockerCLI, trial.DefaultTester(ctx)))
	}
	result := test.Result()
	if err == nil {
		result, err = test.Conclude(ctx, result)
	}
	if ctx.Err() != nil {
		return failure.Wrap(
			failure.ErrInterrupted,
			failure.ErrInterrupted,
			"",
			"No tag was touched; verdicts recorded before are still there.",
		)
	}
	err = conclusion{dockerCLI, o.format, o.Silent(), o.line}.concluded(result, err)
	return errors.Join(err, reports.Write([]build.Result{result}, err))
}
