package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// amendLive stands for the image that the tag to be written holds now.
const amendLive = "TAG"

// amendOptions carry platforms over from another image.
type amendOptions struct{ amend string }

func (o *amendOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.amend, "amend", "",
		"Keep the other platforms of what the tag holds, or of another image (NAME:TAG, TAG or a digest)")
	flags.Lookup("amend").NoOptDefVal = amendLive
}

func (o *amendOptions) validate() error {
	if o.amend == "" || o.amend == amendLive {
		return nil
	}
	_, err := parseSourceAt(o.amend, nil)
	return err
}

// base reads the image whose platforms are to be carried over. One that is not there is no mistake: then nothing is.
func (o *amendOptions) base(
	ctx context.Context, d *delivery, t *target, origins *manifest.Origins,
) (manifest.Source, error) {
	from := sourceName{name: t.name, ref: t.plan.Tags[0]}
	if o.amend != amendLive {
		var err error
		if from, err = parseSourceAt(o.amend, t.name); err != nil {
			return manifest.Source{}, err
		}
	}
	place, err := d.client.Repository(ctx, from.name, registry.Pull)
	if err != nil {
		return manifest.Source{}, fmt.Errorf("opening %q: %w", from.name.Name(), err)
	}
	source, err := manifest.ReadSource(ctx, place, from.String(), from.ref, origins)
	if cerrdefs.IsNotFound(err) {
		notify(d.display, fmt.Sprintf("there is no %s to carry platforms over from", from))
		source, err = manifest.Source{}, nil
	}
	if err == nil {
		d.basedOn(from, source.Root.Digest)
	}
	return source, err
}

// basedOn notes what a tag held when platforms were taken from it. Where it is one of those to be written, it must
// still hold that then, or what somebody else wrote in between would be undone.
func (d *delivery) basedOn(tag sourceName, held digest.Digest) {
	for i := range d.targets {
		t := &d.targets[i]
		if t.name.Name() == tag.name.Name() && slices.Contains(t.plan.Tags, tag.ref) {
			t.plan.Based = map[string]digest.Digest{tag.ref: held}
		}
	}
}

// carry adds to a draft's image what another one serves besides.
func (o *amendOptions) carry(ctx context.Context, d *delivery, t *target) error {
	origins := manifest.NewOrigins(t.blobs)
	base, err := o.base(ctx, d, t, origins)
	if err != nil || len(base.Parts) == 0 {
		return err
	}
	own := make([]manifest.Part, 0, len(t.images))
	for _, image := range t.images {
		own = append(own, manifest.Part{Image: image.Image})
	}
	parts := manifest.Amend(own, base.Parts)
	if len(parts) == len(own) {
		return nil
	}
	annotations := map[string]string{}
	maps.Copy(annotations, base.Annotations)
	maps.Copy(annotations, t.annotations)
	body, desc, err := manifest.BuildIndex(manifest.Images(parts), annotations)
	if err != nil {
		return err
	}
	origins.Keep(desc, body)
	t.blobs, t.plan.Index = origins, desc
	t.settle(origins, parts)
	return t.describeCarried(ctx, parts, d.metadata.metadataFile != "")
}

// settle marks what the repository has already, and says where the rest can be mounted from. What is carried over may
// stand there for long, and is asked for; what a source names was pushed just now, and asking for that as well would
// be one request more for each.
func (t *target) settle(origins *manifest.Origins, parts []manifest.Part) {
	for _, part := range parts {
		at, ok := part.Place.(*registry.Repository)
		if !ok || at.Name().Name() != t.name.Name() {
			continue
		}
		t.plan.Present = append(t.plan.Present, part.Manifest.Digest)
		if part.Attestation != nil && origins.PlaceOf(part.Attestation.Digest) != nil { // else it was made just now
			t.plan.Present = append(t.plan.Present, part.Attestation.Digest)
		}
		if part.Carried {
			t.plan.Unseen = append(t.plan.Unseen, unseen(origins, part)...)
		}
	}
	t.plan.MountFrom = mountFromPlaces(t.name, origins, t.plan.MountFrom)
}

// unseen are the manifests of a part that were neither made nor read.
func unseen(origins *manifest.Origins, part manifest.Part) []ocispec.Descriptor {
	var found []ocispec.Descriptor
	image := part.Manifest
	image.Platform = &part.Platform
	if !origins.Has(image.Digest) {
		found = append(found, image)
	}
	if part.Attestation != nil && !origins.Has(part.Attestation.Digest) {
		found = append(found, *part.Attestation)
	}
	return found
}

// describeCarried notes what the records of the platforms say that were carried over, and their configs where those
// are wanted.
func (t *target) describeCarried(ctx context.Context, parts []manifest.Part, configs bool) error {
	for _, part := range parts {
		if !part.Carried {
			continue
		}
		rec, tested, err := record.Of(ctx, manifest.At(part.Place), part.Image)
		if err != nil {
			return err
		}
		known := shippedImage{Image: part.Image, Verdict: string(untested), Carried: true}
		if tested {
			known.Verdict, known.Reason = strings.ToLower(rec.Result), rec.Reason
		}
		if configs {
			if known.Config, err = configOf(ctx, manifest.At(part.Place), part.Manifest); err != nil {
				return err
			}
		}
		t.images = append(t.images, known)
	}
	return nil
}
