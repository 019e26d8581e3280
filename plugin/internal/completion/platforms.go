package completion

import (
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// onLinux is what a platform begins with that may be written without it.
const onLinux = "linux/"

// platforms are those that init has proven for the builder of the command, then those that it has proven for others,
// then all others that have an emulator. A word without a system gets those of Linux in the same form.
func platforms(p place) offers {
	var names []string
	if record, err := machine.ReadRecord(p.host); err == nil {
		name, err := p.host.Builders().Resolve(p.given("builder"))
		if err == nil {
			names = append(names, record.Proven(name, p.host.Endpoint())...)
		}
		names = append(names, record.Platforms...)
		for _, proof := range record.Proofs {
			names = append(names, proof.Platforms...)
		}
	}
	for _, known := range binfmt.Known() {
		names = append(names, platform.Format(known))
	}
	names = append(names, "linux/arm/v6", "windows/amd64")
	if p.word == "" || strings.Contains(p.word, "/") || strings.HasPrefix(onLinux, p.word) {
		return offers{values: names}
	}
	for _, name := range slices.Clone(names) {
		if short, ok := strings.CutPrefix(name, onLinux); ok {
			names = append(names, short)
		}
	}
	return offers{values: names}
}

// everyOr adds the word for all of them, at first.
func everyOr(offer offerer) offerer {
	return func(p place) offers {
		o := offer(p)
		o.values = append([]string{"all"}, o.values...)
		return o
	}
}

// ofDraft are the platforms of the drafts that the line names, else those of offer.
func ofDraft(offer offerer) offerer {
	return func(p place) offers {
		if p.cmd.Name() == "build" || p.cmd.Name() == "check" {
			return offer(p)
		}
		var names []string
		for _, d := range allDrafts(p) {
			if slices.Contains(p.args, nameOf(d)) {
				names = append(names, platformNames(d)...)
			}
		}
		if len(names) == 0 {
			return offer(p)
		}
		return offers{values: names}
	}
}

// platformNames are the platforms that a draft was asked for, and has.
func platformNames(d draft.Draft) []string {
	var names []string
	add := func(p ocispec.Platform) {
		if name := platform.Format(p); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, p := range d.Platforms {
		add(p)
	}
	for _, image := range d.Images {
		add(image.Platform)
	}
	return names
}
