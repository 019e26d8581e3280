package request

import (
	"fmt"

	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// IndexAnnotations are annotations that do not exist in a solve of one platform: BuildKit would refuse them or
// lose them. They belong to the index that is made of all platforms.
type IndexAnnotations struct {
	// Index are the index's own (--annotation index:KEY=VALUE).
	Index map[string]string
	// Descriptors are those of one platform's entry (--annotation manifest-descriptor[PLATFORM]:KEY=VALUE), by
	// platform; the empty key holds those of every platform.
	Descriptors map[string]map[string]string
}

// For returns the annotations of the entry of one platform.
func (a IndexAnnotations) For(p ocispec.Platform) map[string]string {
	out := map[string]string{}
	for _, key := range []string{"", platforms.FormatAll(p)} {
		for name, value := range a.Descriptors[key] {
			out[name] = value
		}
	}
	return out
}

// IndexAnnotations reads the annotations of the request that are for the index.
func (r Request) IndexAnnotations() (IndexAnnotations, error) {
	out := IndexAnnotations{Index: map[string]string{}, Descriptors: map[string]map[string]string{}}
	all, err := parsed("annotation", annotationForm, r.Annotations, buildflags.ParseAnnotations)
	if err != nil {
		return out, errdefs.Classify(err, errdefs.ErrInput)
	}
	for key, value := range all {
		switch key.Type {
		case exptypes.AnnotationIndex:
			out.Index[key.Key] = value
		case exptypes.AnnotationManifestDescriptor:
			platform := ""
			if key.Platform != nil {
				platform = platforms.FormatAll(platforms.Normalize(*key.Platform))
			}
			if out.Descriptors[platform] == nil {
				out.Descriptors[platform] = map[string]string{}
			}
			out.Descriptors[platform][key.Key] = value
		}
	}
	return out, nil
}

// setAnnotations takes those of the image manifests.
func (r Request) setAnnotations(o *buildxbuild.Options) error {
	all, err := parsed("annotation", annotationForm, r.Annotations, buildflags.ParseAnnotations)
	if err != nil {
		return err
	}
	for key := range all {
		if key.Key == "" {
			return fmt.Errorf("--annotation %q has no name before the =", r.Annotations)
		}
	}
	o.Annotations = map[exptypes.AnnotationKey]string{}
	for key, value := range all {
		switch key.Type {
		case "", exptypes.AnnotationManifest:
			o.Annotations[key] = value
		case exptypes.AnnotationIndexDescriptor:
			return fmt.Errorf("--annotation of type %q has no place in a registry; use index or manifest", key.Type)
		}
	}
	return nil
}

// annotationAttrs are the exporter attributes of one platform's annotations.
func annotationAttrs(all map[exptypes.AnnotationKey]string, p ocispec.Platform) map[string]string {
	attrs := map[string]string{}
	for key, value := range all {
		if key.Platform != nil && platforms.FormatAll(platforms.Normalize(*key.Platform)) != platforms.FormatAll(p) {
			continue
		}
		key.Platform = nil
		attrs[key.String()] = value
	}
	return attrs
}
