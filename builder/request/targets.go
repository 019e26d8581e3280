package request

import (
	"fmt"
	"maps"

	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/confutil"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/session"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Targets makes one buildx target per platform, by the platform's name. auth answers BuildKit's questions for the
// credentials of registries. Its errors are of class [errdefs.ErrInput].
func (r Request) Targets(auth session.Attachable) (map[string]buildxbuild.Options, error) {
	shared, err := r.options()
	if err != nil {
		return nil, err
	}
	signIn, err := r.lifted(&shared.Inputs)
	if err != nil {
		return nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	attachables, err := r.attachables(auth, signIn)
	if err != nil {
		return nil, err
	}
	shared.Session = attachables
	shared.ProvenanceResponseMode = confutil.MetadataProvenanceModeDisabled
	if shared.SourcePolicy, err = buildxbuild.ReadSourcePolicy(); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading the source policy: %w", err), errdefs.ErrInput)
	}
	shared.SourcePolicy = r.pinned(shared.SourcePolicy)
	shared.Inputs.InStream = buildxbuild.NewSyncMultiReader(r.Stdin)
	return perPlatform(r, shared)
}

// perPlatform gives every target maps of its own, because buildx writes into them. The exporter attributes are what
// makes the solves what we need: tar=false writes content, not an archive; attestation-inline=true keeps the default
// provenance, which the exporter drops for a single platform otherwise.
func perPlatform(r Request, shared buildxbuild.Options) (map[string]buildxbuild.Options, error) {
	targets := make(map[string]buildxbuild.Options, len(r.Platforms))
	for _, p := range r.Platforms {
		o := shared
		o.Platforms = []ocispec.Platform{p}
		o.BuildArgs, o.Labels = maps.Clone(shared.BuildArgs), maps.Clone(shared.Labels)
		o.Inputs.NamedContexts = maps.Clone(shared.Inputs.NamedContexts)
		attrs := annotationAttrs(shared.Annotations, p)
		maps.Copy(attrs, r.Exporter)
		attrs["tar"], attrs[string(exptypes.OptKeyForceInlineAttestations)] = "false", "true"
		if r.RewriteTimestamps {
			attrs[string(exptypes.OptKeyRewriteTimestamp)] = "true"
		}
		if err := r.setPlatformCaches(&o, p); err != nil {
			return nil, err
		}
		o.Exports = []client.ExportEntry{{Type: client.ExporterOCI, Attrs: attrs}}
		r.Stage.export(&o)
		targets[platforms.FormatAll(p)] = o
	}
	return targets, nil
}
