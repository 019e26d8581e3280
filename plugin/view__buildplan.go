package plugin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// planText is the plan of a build as --dry-run prints it.
func planText(p buildPlan, seen surveyed) string {
	var b strings.Builder
	for _, name := range p.names {
		fmt.Fprintf(&b, "draft      %s\n", reference.FamiliarString(name))
	}
	fmt.Fprintf(&b, "store      %s\n", seen.store)
	fmt.Fprintf(&b, "context    %s\n", p.request.Context)
	for _, key := range slices.Sorted(maps.Keys(seen.inputs)) {
		fmt.Fprintf(&b, "  %s: %s\n", key, seen.inputs[key])
	}
	fmt.Fprintf(&b, "builder    %s\n", builderLine(p, seen.builder))
	if seen.builder.OtherEngine != "" {
		fmt.Fprintf(
			&b,
			"engine     %s, another than the builder's: what is built there is loaded here\n",
			seen.builder.OtherEngine,
		)
	}
	fmt.Fprintf(&b, "platforms  %s (%s)\n", manifest.PlatformList(p.platforms.Platforms), p.platforms.From)
	for i, asked := range p.platforms.Platforms {
		fmt.Fprintf(&b, "  %s: build%s, audit", manifest.FormatPlatform(asked), where(seen.builder, i))
		if p.mode >= loadMode {
			fmt.Fprintf(&b, ", load as %s", familiarArchName(p.names[0], asked))
		}
		if p.mode == testMode {
			fmt.Fprintf(&b, ", run %s", testNames(p.tests))
		}
		b.WriteByte('\n')
		b.WriteString(cacheLines(p, asked))
	}
	if sources, err := p.request.CacheSources(); err == nil && len(sources) > 0 {
		fmt.Fprintf(&b, "cache from %s\n", strings.Join(sources, ", "))
	}
	if p.push {
		fmt.Fprintf(&b, "publish    %s, when every platform has passed\n", strings.Join(familiarNames(p.names), ", "))
	}
	return b.String()
}

// builderLine names the builder, and how it is, as far as it was looked at.
func builderLine(p buildPlan, seen builder.Survey) string {
	line := p.builder
	if seen.Driver != "" {
		line += fmt.Sprintf(", driver %s at %s", seen.Driver, seen.Endpoint)
	}
	if seen.Name != "" && !seen.Running {
		line += ", stopped: it is started by the build"
	}
	return line
}

// where names the node of a platform, as far as the builder was looked at.
func where(seen builder.Survey, i int) string {
	if i >= len(seen.Placements) || seen.Placements[i].Node == "" {
		return ""
	}
	placement := seen.Placements[i]
	kind := emulatedWord
	if placement.Native {
		kind = nativeWord
	}
	return fmt.Sprintf(" %s on %s", kind, placement.Node)
}

// cacheLines say where a platform's cache is exported to, which is not quite what the user wrote.
func cacheLines(p buildPlan, of ocispec.Platform) string {
	refs, err := p.request.CacheRefs()
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, cache := range refs {
		if manifest.SamePlatform(cache.Platform, of) {
			fmt.Fprintf(&b, "    cache to %s\n", cache.Place)
		}
	}
	return b.String()
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
	for _, f := range tests.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
