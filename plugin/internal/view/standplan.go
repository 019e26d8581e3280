package view

import (
	"strings"

	"github.com/docker/go-units"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// standLine names the engine that tests a platform, where another one than the engine in use tests any.
func standLine(seen build.Surveyed, i int) string {
	if i >= len(seen.Stands) {
		return ""
	}
	stand := seen.Stands[i]
	text := strings.TrimSpace(stand.Kind + " on " + placeWords(stand.Place))
	if stand.Place != "" && stand.Host != "" && stand.Host != stand.Place {
		text += " at " + stand.Host
	}
	if stand.Silent != "" {
		text += ", which does not answer (" + visible.Line(stand.Silent) + ")"
	}
	return " " + text
}

// inCluster says that a platform is tested by Jobs of a cluster, which fetch it from its registry.
func inCluster(seen build.Surveyed, i int) bool {
	return i < len(seen.Stands) && seen.Stands[i].Cluster
}

// clusterWords say what is done to a platform that is tested in a cluster.
func clusterWords(p build.Plan) string {
	if p.Request.Stage.Used() {
		return ", test as Jobs" // it was pushed by digest
	}
	return ", send by digest to its registry, test as Jobs"
}

// placeWords are the words for an engine.
func placeWords(place string) string {
	if place == "" {
		return "the engine in use"
	}
	return place
}

// emulatedAt tells whether a platform needs an emulator where it is tested, as far as that is known.
func emulatedAt(seen build.Surveyed, i int) bool {
	if i < len(seen.Stands) && seen.Stands[i].Kind != "" {
		return seen.Stands[i].Kind == shown.Emulated
	}
	placed := seen.Builder.Placements
	return i < len(placed) && placed[i].Node != "" && !placed[i].Native
}

// linkLines say how much of each platform crosses which link, where nodes elsewhere build or engines elsewhere test. It
// is not known what a build will make; the draft holds what the last one made.
func linkLines(p build.Plan, seen build.Surveyed) string {
	var b strings.Builder
	for i, asked := range p.Platforms.Platforms {
		links := linksOf(seen, i)
		if len(links) == 0 || p.Request.Stage.Used() {
			continue
		}
		if b.Len() == 0 {
			_ = printf(&b, "to be sent\n")
		}
		_ = printf(&b, "  %s: %s\n", platform.Format(asked), strings.Join(links, ", then ")+howMuch(seen, i, len(links)))
	}
	return b.String()
}

// linksOf are the links that the image of a platform crosses.
func linksOf(seen build.Surveyed, i int) (links []string) {
	const here = "this machine"
	if i < len(seen.From) && seen.From[i] != "" {
		links = append(links, "from node "+seen.From[i]+" to "+here)
	}
	if i >= len(seen.Stands) {
		return links
	}
	switch stand := seen.Stands[i]; {
	case stand.Cluster:
		links = append(
			links,
			"from "+here+" to its registry, without the layers that are there, and from there to "+stand.Place,
		)
	case stand.Place != "" && !stand.Here:
		links = append(links, "from "+here+" to "+stand.Place+", without the layers that it has")
	}
	return links
}

// howMuch says what is known of the size of a platform's image, which crosses some links.
func howMuch(seen build.Surveyed, i, links int) string {
	if i >= len(seen.Sizes) || seen.Sizes[i] == 0 {
		return ": how much is not known before it was built once"
	}
	each := ""
	if links > 1 {
		each = " each"
	}
	return ": at most about " + units.HumanSize(float64(seen.Sizes[i])) + each + ", going by what the draft holds now"
}

// exceptThere says that not all is loaded into the engine in use; empty: it is.
func exceptThere(seen build.Surveyed) string {
	if len(seen.Stands) == 0 {
		return ""
	}
	return ", unless a platform below says where"
}
