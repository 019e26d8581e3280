package plugin

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// String is the plan as --dry-run prints it.
func (p buildPlan) String() string {
	var b strings.Builder
	for _, draft := range p.names {
		fmt.Fprintf(&b, "draft      %s\n", reference.FamiliarString(draft))
	}
	fmt.Fprintf(&b, "store      %s\n", p.store)
	fmt.Fprintf(&b, "context    %s\n", p.request.Context)
	for _, key := range slices.Sorted(maps.Keys(p.source)) {
		fmt.Fprintf(&b, "  %s: %s\n", key, p.source[key])
	}
	fmt.Fprintf(&b, "builder    %s\n", p.builderLine())
	if p.survey.OtherEngine != "" {
		fmt.Fprintf(
			&b,
			"engine     %s, another than the builder's: what is built there is loaded here\n",
			p.survey.OtherEngine,
		)
	}
	fmt.Fprintf(&b, "platforms  %s (%s)\n", manifest.PlatformList(p.platforms), p.platformsFrom)
	for i, platform := range p.platforms {
		fmt.Fprintf(&b, "  %s: build%s, audit", manifest.FormatPlatform(platform), p.where(i))
		if p.load {
			fmt.Fprintf(&b, ", load as %s", familiarArchName(p.names[0], platform))
		}
		if p.test {
			fmt.Fprintf(&b, ", run %s", p.testNames())
		}
		b.WriteByte('\n')
		b.WriteString(p.cacheLines(platform))
	}
	if sources, err := p.request.CacheSources(); err == nil && len(sources) > 0 {
		fmt.Fprintf(&b, "cache from %s\n", strings.Join(sources, ", "))
	}
	if p.push {
		fmt.Fprintf(&b, "publish    %s, when every platform has passed\n", strings.Join(familiarNames(p.names), ", "))
	}
	return b.String()
}

func (p buildPlan) builderLine() string {
	line := p.builder
	if p.survey.Driver != "" {
		line += fmt.Sprintf(", driver %s at %s", p.survey.Driver, p.survey.Endpoint)
	}
	if p.survey.Name != "" && !p.survey.Running {
		line += ", stopped: it is started by the build"
	}
	return line
}

// where names the node of a platform, as far as the builder was looked at.
func (p buildPlan) where(i int) string {
	if i >= len(p.survey.Placements) || p.survey.Placements[i].Node == "" {
		return ""
	}
	placement := p.survey.Placements[i]
	kind := emulatedWord
	if placement.Native {
		kind = nativeWord
	}
	return fmt.Sprintf(" %s on %s", kind, placement.Node)
}

// cacheLines say where a platform's cache is exported to, which is not quite what the user wrote.
func (p buildPlan) cacheLines(platform ocispec.Platform) string {
	refs, err := p.request.CacheRefs()
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, ref := range refs {
		if manifest.SamePlatform(ref.Platform, platform) {
			fmt.Fprintf(&b, "    cache to %s\n", ref.Place)
		}
	}
	return b.String()
}

func familiarNames(names []reference.NamedTagged) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, reference.FamiliarString(name))
	}
	return out
}
