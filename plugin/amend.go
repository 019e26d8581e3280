package plugin

import (
	"context"
	"fmt"
	"maps"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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
		return manifest.Source{}, nil
	}
	return source, err
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

// settle marks what the repository has already, and says where the rest can be mounted from.
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
	}
	t.plan.MountFrom = mountFromPlaces(t.name, origins, t.plan.MountFrom)
}

// describeCarried notes what the records of the platforms say that were carried over, and their configs where those
// are wanted.
func (t *target) describeCarried(ctx context.Context, parts []manifest.Part, configs bool) error {
	for _, part := range parts {
		if !part.Carried {
			continue
		}
		record, tested, err := recordIn(ctx, readAt(part.Place), part.Image)
		if err != nil {
			return err
		}
		known := shippedImage{Image: part.Image, Verdict: string(untested), Carried: true}
		if tested {
			known.Verdict, known.Reason = strings.ToLower(record.Result), record.Reason
		}
		if configs {
			if known.Config, err = configOf(ctx, readAt(part.Place), part.Manifest); err != nil {
				return err
			}
		}
		t.images = append(t.images, known)
	}
	return nil
}
