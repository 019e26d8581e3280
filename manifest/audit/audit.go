package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/packed"
)

// Auditor audits images whose blobs are in one place. Many goroutines may use it at once; a layer that several images
// have is read once.
type Auditor struct {
	provider content.Provider
	layers   *knownLayers
	// limits are those of one image.
	limits limits
	// turn is held by the one image that is being audited: the memory of an audit is bounded, that of many is not.
	turn chan struct{}
	// spent is what all images have cost that is beyond honest work.
	spent spending
}

// New returns an auditor of the images in provider. What it keeps of a layer goes into cache; nil: nothing is kept.
func New(provider content.Provider, cache Cache) *Auditor {
	return &Auditor{
		provider: provider, layers: newKnownLayers(provider, cache), limits: usualLimits(), turn: make(chan struct{}, 1),
	}
}

// Audits tells whether programs of a platform are known here, so that the layers of its images are read.
func Audits(p ocispec.Platform) bool {
	_, known := targetOf(platforms.Normalize(p))
	return known
}

// auditing is the audit of one image.
type auditing struct {
	target   target
	platform ocispec.Platform
	config   ocispec.Image
	tree     *tree
	found    *findings
	sets     sets
	// toolchains are the folders of cross toolchains met so far.
	toolchains map[string]*toolchain
	libraries  libraryFolders
	// told are the packages that the files of each layer tell of.
	told [][]telling
	// looked tells that the files were looked at where they are, without the layers.
	looked bool
	// anyForeign is whether there is a file that a program could load by mistake.
	anyForeign bool
}

// Audit audits the image of a manifest, which was made for a platform. Foreign files that allow matches are notes.
// Of a platform whose programs this package does not know, only the config is looked at. The error is of reading, and
// wraps [ErrLayer] where a layer is damaged.
func (a *Auditor) Audit(
	ctx context.Context, image ocispec.Descriptor, platform ocispec.Platform, allow Globs,
) (Report, error) {
	return a.AuditLooked(ctx, image, platform, allow, nil)
}

// AuditLooked is Audit of an image of which no layer is read: what its files are was looked at elsewhere; nil: it was
// not.
func (a *Auditor) AuditLooked(
	ctx context.Context, image ocispec.Descriptor, platform ocispec.Platform, allow Globs, looked *Looked,
) (Report, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return Report{}, fmt.Errorf("auditing %s: %w", platforms.FormatAll(platform), ctx.Err())
	}
	report, err := a.audit(ctx, image, platform, allow, looked)
	if err != nil {
		return report, fmt.Errorf("auditing %s: %w", platforms.FormatAll(platform), err)
	}
	return report, nil
}

func (a *Auditor) audit(
	ctx context.Context, image ocispec.Descriptor, platform ocispec.Platform, allow Globs, looked *Looked,
) (Report, error) {
	var m ocispec.Manifest
	if err := a.document(ctx, image, &m); err != nil {
		return Report{}, err
	}
	now := &auditing{platform: platforms.Normalize(platform), looked: looked != nil}
	if err := a.document(ctx, m.Config, &now.config); err != nil {
		return Report{}, err
	}
	allowed, err := allow.matcher()
	if err != nil {
		return Report{}, err
	}
	now.found = &findings{
		allowed: allowed, from: allow.from, history: historyOf(now.config, len(m.Layers)), byFile: map[*file]int{},
	}
	now.judgeConfig()
	report := Report{Layers: len(m.Layers)}
	var known bool
	if now.target, known = targetOf(now.platform); !known {
		now.found.image(Note, "", "the programs of "+now.platformName()+" are not audited", "")
		report.Findings = now.found.sorted()
		return report, nil
	}
	now.found.budget = &budget{ctx: ctx, limits: a.spent.rest(a.limits)}
	defer func() { a.spent.add(now.found.budget) }()
	ofConfig := len(now.found.list)
	if looked != nil {
		err = now.overlay(looked)
	} else {
		report.Read, err = a.layout(ctx, m.Layers, now)
	}
	if err == nil {
		err = now.judge()
	}
	if err == nil {
		report.Holds = now.holds(m.Layers)
	}
	if limit, ok := errors.AsType[*exceededError](err); ok {
		now.found.list = now.found.list[:ofConfig]
		now.found.image(Error, "", limit.what, "nothing that can be run is like that, so it was not audited further")
	} else if err != nil {
		return report, err
	}
	report.Findings = now.found.sorted()
	return report, nil
}

// judge looks at the files of the image. The error is a limit, or of the context.
func (a *auditing) judge() error {
	a.judgeReach()
	a.judgeFiles()
	a.judgeNeeds()
	return a.tree.budget.err
}

// layout lays the layers over each other.
func (a *Auditor) layout(
	ctx context.Context, layers []ocispec.Descriptor, now *auditing,
) (read int, err error) {
	found, t := now.found, newTree(now.found.budget)
	now.tree, now.told = t, make([][]telling, len(layers))
	for i, layer := range layers {
		found.layers = append(found.layers, layer.Digest)
		s, cached, err := a.layers.get(ctx, layer, found.budget.allow(layer.Size))
		if images.IsNonDistributable(layer.MediaType) && cerrdefs.IsNotFound(err) { // where it is here, engines take it
			found.image(Note, "", fmt.Sprintf("layer %s is not here, and not audited", layer.Digest), "")
			continue
		}
		if _, tooMuch := errors.AsType[*exceededError](err); tooMuch {
			t.budget.unpackedAll()
		}
		if err != nil {
			return read, err
		}
		if err := now.isOfConfig(i, len(layers), layer, s); err != nil {
			return read, err
		}
		now.told[i] = s.Told
		for _, told := range s.Told {
			t.budget.record(len(told.Packages))
		}
		if !cached {
			read++
		}
		if t.budget.unpacked(s); t.budget.ok() {
			t.apply(s, i)
		}
		if !t.budget.ok() {
			return read, t.budget.err
		}
	}
	return read, nil
}

// isOfConfig refuses a layer that is not the one of the config: engines take what they have under the config's digest,
// so that what is pulled elsewhere would be other files than those that are run here.
func (a *auditing) isOfConfig(i, layers int, layer ocispec.Descriptor, s *scan) error {
	said := a.config.RootFS.DiffIDs
	switch {
	case len(said) == 0: // no engine takes such an image
		return nil
	case len(said) != layers:
		return fmt.Errorf("%w: the image has %d layers, and its config is of %d", ErrLayer, layers, len(said))
	case said[i] != s.DiffID && said[i].Algorithm() == s.DiffID.Algorithm():
		return fmt.Errorf("%w: layer %s is not the one of the image's config: unpacked it is %s, not %s",
			ErrLayer, layer.Digest, s.DiffID, said[i])
	}
	return nil
}

// document reads a manifest or config and checks that it is the one asked for.
func (a *Auditor) document(ctx context.Context, desc ocispec.Descriptor, into any) error {
	_, err := packed.Document(ctx, a.provider, desc, into, ErrLayer)
	return err
}

func (a *auditing) platformName() string { return platforms.FormatAll(a.platform) }

// judgeConfig compares what the config says it is for with what was asked for.
func (a *auditing) judgeConfig() {
	said := platforms.Normalize(a.config.Platform)
	asked := a.platform
	if asked.OSVersion == "" {
		said.OSVersion = ""
	}
	if platforms.FormatAll(said) != platforms.FormatAll(asked) {
		a.found.config(fmt.Sprintf("the image's config says that it is for %s", platforms.FormatAll(said)),
			"asked for was "+a.platformName())
	}
}
