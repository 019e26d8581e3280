package reproducible

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// Side is an image, and where its blobs are.
type Side struct {
	Image  ocispec.Descriptor
	Reader inventory.Reader
}

// Compare says why the image of a second build is not that of the first.
func Compare(ctx context.Context, first, second Side) (Report, error) {
	report := Report{Digest: first.Image.Digest, Rebuilt: second.Image.Digest}
	if report.Same() {
		return report, nil
	}
	a, err := documentsOf(ctx, first)
	if err != nil {
		return report, err
	}
	b, err := documentsOf(ctx, second)
	if err != nil {
		return report, err
	}
	for i := range min(len(a.layers), len(b.layers)) {
		x, y := a.layers[i], b.layers[i]
		if x.Digest == y.Digest {
			continue
		}
		one := Layer{Number: i + 1, Digest: x.Digest, Rebuilt: y.Digest, CreatedBy: a.createdBy(i)}
		if i < len(a.plain) && i < len(b.plain) && a.plain[i] == b.plain[i] {
			one.Findings = []Finding{{Cause: Compression, Detail: x.MediaType + ", " + y.MediaType}}
		} else if one.Findings, one.Differing, err = layers(ctx, first.Reader, second.Reader, x, y); err != nil {
			return report, err
		}
		report.Layers = append(report.Layers, one)
	}
	report.Config, err = explainConfig(a.config, b.config)
	report.Config = append(report.Config, explainValue("annotations", a.annotations, b.annotations)...)
	if len(a.layers) != len(b.layers) {
		report.Config = append(report.Config, Finding{
			Path: "layers", Cause: Other,
			Detail: fmt.Sprintf("%d, %d", len(a.layers), len(b.layers)),
		})
	}
	return report, err
}

// documents are what is compared of an image beside its files.
type documents struct {
	config      []byte
	annotations map[string]any
	layers      []ocispec.Descriptor
	// plain are the digests of the layers when they are decompressed, history what made them.
	plain   []digest.Digest
	history []string
}

func documentsOf(ctx context.Context, s Side) (documents, error) {
	m, config, err := s.Reader.Documents(ctx, s.Image)
	if err != nil {
		return documents{}, err
	}
	d := documents{config: config, layers: m.Layers, annotations: map[string]any{}}
	for key, value := range m.Annotations {
		d.annotations[key] = value
	}
	var parsed ocispec.Image
	if err := json.Unmarshal(config, &parsed); err != nil {
		return d, fmt.Errorf("reading config %s: %w", m.Config.Digest, err)
	}
	d.plain = parsed.RootFS.DiffIDs
	for _, h := range parsed.History {
		if !h.EmptyLayer {
			d.history = append(d.history, h.CreatedBy)
		}
	}
	return d, nil
}

// createdBy is the instruction that made a layer, where the history fits the layers.
func (d documents) createdBy(i int) string {
	if len(d.history) != len(d.layers) {
		return ""
	}
	return d.history[i]
}
