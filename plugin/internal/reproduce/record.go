package reproduce

import (
	"slices"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
)

// put puts an image with its record into the place of the one that was there.
func put(d *draft.Draft, before, now original) bool {
	for i := range d.Images {
		there := &d.Images[i]
		same := there.Attestation == nil && before.Attestation == nil ||
			there.Attestation != nil && before.Attestation != nil && there.Attestation.Digest == before.Attestation.Digest
		if there.Manifest.Digest == before.Manifest.Digest && same {
			there.Attestation = now.Attestation
			return true
		}
	}
	return false
}

// recordOf is what is recorded of a platform: nothing that would be otherwise after a third build of the same kind.
func recordOf(p Platform, taken []Taken) record.Reproduction {
	out := record.Reproduction{Result: record.Reproduced}
	for _, t := range taken {
		if t.Value != "" && t.What != "context" {
			out.Inputs = append(out.Inputs, record.Input{Name: t.What, Value: t.Value})
		}
	}
	if p.Result == Same {
		return out
	}
	out.Result = record.Differs
	add := func(layer int, f reproducible.Finding) {
		one := record.Difference{Layer: layer, Path: f.Path, Cause: string(f.Cause)}
		const most = 50
		if len(out.Differences) < most && !slices.Contains(out.Differences, one) {
			out.Differences = append(out.Differences, one)
		}
	}
	for _, layer := range p.Layers {
		for _, f := range layer.Findings {
			add(layer.Number, f)
		}
	}
	for _, f := range p.Config {
		add(0, f)
	}
	return out
}
