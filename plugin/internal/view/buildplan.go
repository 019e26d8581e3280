package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// BuildPlan prints the plan of a build.
func BuildPlan(dockerCLI command.Cli, p build.Plan, seen build.Surveyed) error {
	return block(dockerCLI.Out(), fitted(dockerCLI.Out(), PlanText(p, seen)))
}

// PlanText is the plan of a build as --dry-run prints it.
func PlanText(p build.Plan, seen build.Surveyed) string {
	var b strings.Builder
	for _, name := range p.Names {
		_ = printf(&b, "draft      %s\n", reference.FamiliarString(name))
	}
	_ = printf(&b, "store      %s\n", seen.Store)
	_ = printf(&b, "context    %s\n", request.Place(p.Request.Context))
	for _, key := range slices.Sorted(maps.Keys(seen.Inputs)) {
		_ = printf(&b, "  %s: %s\n", key, seen.Inputs[key])
	}
	_ = printf(&b, "builder    %s\n", builderLine(p, seen.Builder))
	if seen.Builder.OtherEngine != "" {
		_ = printf(
			&b,
			"engine     %s, another than the builder's: what is built there is loaded here%s\n",
			seen.Builder.OtherEngine, exceptThere(seen),
		)
	}
	if p.TestFile != "" {
		_ = printf(&b, "tests      as %s has them\n", p.TestFile)
	}
	_ = printf(&b, "platforms  %s (%s)\n", platform.List(p.Platforms.Platforms), p.Platforms.From)
	for i, asked := range p.Platforms.Platforms {
		_ = printf(&b, "  %s: build%s%s, audit", platform.Format(asked), where(seen.Builder, i), stageWords(p))
		switch {
		case inCluster(seen, i):
			b.WriteString(clusterWords(p))
		case p.Mode >= trial.Load:
			_ = printf(&b, ", load as %s", ref.FamiliarArchName(p.Names[0], asked))
		}
		if p.Mode == trial.Test {
			b.WriteString(standLine(seen, i))
			b.WriteString(runLine(p, asked, emulatedAt(seen, i)))
		}
		b.WriteByte('\n')
		b.WriteString(cacheLines(p, asked))
	}
	b.WriteString(linkLines(p, seen))
	b.WriteString(stageLines(p, seen))
	if sources, err := p.Request.CacheSources(); err == nil && len(sources) > 0 {
		_ = printf(&b, "cache from %s\n", strings.Join(sources, ", "))
	}
	if p.Push {
		_ = printf(&b, "publish    %s, when every platform has passed\n", strings.Join(ref.FamiliarNames(p.Names), ", "))
	}
	return b.String()
}

// builderLine names the builder, and how it is, as far as it was looked at.
func builderLine(p build.Plan, seen builder.Survey) string {
	line := p.Builder
	if seen.Driver != "" {
		line += fmt.Sprintf(", driver %s at %s", seen.Driver, seen.Endpoint)
	}
	if len(seen.Stopped) > 0 {
		line += ", stopped: it is started by the build"
	}
	return line
}

// where names the node of a platform, as far as the builder was looked at.
func where(seen builder.Survey, i int) string {
	if i >= len(seen.Placements) || seen.Placements[i].Node == "" {
		return ""
	}
	text := " on " + seen.Placements[i].Node
	if why := seen.Placements[i].Down; why != "" {
		return text + ", which is out of reach (" + why + ")"
	}
	if kind := kindOn(seen.Placements[i]); kind != "" {
		text = " " + kind + text
	}
	return text
}

// cacheLines say where a platform's cache is exported to, which is not quite what the user wrote.
func cacheLines(p build.Plan, of ocispec.Platform) string {
	refs, err := p.Request.CacheRefs()
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, cache := range refs {
		if platform.Equal(cache.Platform, of) {
			_ = printf(&b, "    cache to %s\n", cache.Place)
		}
	}
	return b.String()
}

// runLine says which tests a platform is put to, or why to none.
func runLine(p build.Plan, of ocispec.Platform, emulated bool) string {
	wanted := p.For(of, emulated)
	if reason := wanted.Skipped(of); reason != "" {
		return fmt.Sprintf(", run nothing (%s)", reason)
	}
	return ", run " + testNames(wanted.Tests)
}

// testNames names the tests.
func testNames(tests localtest.Spec) string {
	if !tests.Asked() {
		return "the smoke test"
	}
	var names []string
	for _, c := range tests.Commands {
		names = append(names, fmt.Sprintf("%q", c.Text))
	}
	for _, c := range tests.Execs {
		names = append(names, fmt.Sprintf("%q inside", c.Text))
	}
	for _, c := range tests.Scripts {
		names = append(names, fmt.Sprintf("%q on this machine", c.Text))
	}
	for _, s := range tests.Stacks {
		names = append(names, fmt.Sprintf("%q with its services", s.Text))
	}
	for _, d := range tests.Dialogues {
		names = append(names, fmt.Sprintf("%q on standard input", d.Text))
	}
	for _, f := range tests.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
