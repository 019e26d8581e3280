package compare

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/docker/buildx/util/progress"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// both compares two images platform by platform.
func (r *reading) both(ctx context.Context, a, b image, result *Result) error {
	result.Only = map[string][]string{}
	for _, other := range b.entries {
		if find(a.entries, other.Platform) == nil {
			result.Only[b.name] = append(result.Only[b.name], platform.Format(other.Platform))
		}
	}
	for _, one := range a.entries {
		name := platform.Format(one.Platform)
		other := find(b.entries, one.Platform)
		switch {
		case other == nil:
			result.Only[a.name] = append(result.Only[a.name], name)
			continue
		case other.Manifest.Digest == one.Manifest.Digest:
			result.Same = append(result.Same, name)
			continue
		}
		report, err := r.pair(ctx, a, b, one, *other)
		if err != nil {
			return err
		}
		result.Reports = append(result.Reports, report)
	}
	if len(result.Same)+len(result.Reports) == 0 {
		return failure.Usage("%s and %s have no platform in common", a.name, b.name)
	}
	return nil
}

// pair compares one platform of two images. Layers that both begin with are not read, unless something in one of the
// others changes what they say.
func (r *reading) pair(ctx context.Context, a, b image, one, other source.Entry) (diff.Report, error) {
	known := inventory.NewKnown()
	left, right := inventory.Reader{Provider: a.blobs, Known: known}, inventory.Reader{Provider: b.blobs, Known: known}
	if !r.request.AllLayers {
		shared, err := sharedLayers(ctx, left, right, one.Manifest, other.Manifest)
		if err != nil {
			return diff.Report{}, err
		}
		skip := func(layer digest.Digest) bool { return slices.Contains(shared, layer) }
		left.Skip, right.Skip = skip, skip
	}
	sides, err := r.sides(ctx, left, right, []string{a.name, b.name}, []source.Entry{one, other})
	if err != nil {
		return diff.Report{}, err
	}
	if was, is := sides[0].Inventory, sides[1].Inventory; len(was.Unread) > 0 && covers(was, is) {
		left.Skip, right.Skip = nil, nil // what was read of the other layers is known
		if sides, err = r.sides(ctx, left, right, []string{a.name, b.name}, []source.Entry{one, other}); err != nil {
			return diff.Report{}, err
		}
	}
	return diff.Compare(ctx, sides)
}

// sides reads a platform of two images.
func (r *reading) sides(
	ctx context.Context, left, right inventory.Reader, names []string, entries []source.Entry,
) ([]diff.Side, error) {
	was, err := r.side(ctx, left, names[0], entries[0])
	if err != nil {
		return nil, err
	}
	is, err := r.side(ctx, right, names[1], entries[1])
	return []diff.Side{was, is}, err
}

// covers tells whether one of two images removes something of the layers that both begin with and the other does not,
// or lists the packages anew: then what differs cannot be said without those layers.
func covers(a, b *inventory.Inventory) bool {
	if !slices.Equal(a.Removed, b.Removed) {
		return true
	}
	lists := func(is *inventory.Inventory) map[string]bool {
		paths := map[string]bool{}
		for _, p := range is.Packages {
			switch p.Ecosystem {
			case inventory.Debian, inventory.Alpine, inventory.RPM: // one list of all; others have a file for each
				paths[p.Path] = true
			}
		}
		return paths
	}
	return !maps.Equal(lists(a), lists(b))
}

// sharedLayers are the lowest layers of two images, as far as both have the same.
func sharedLayers(
	ctx context.Context, left, right inventory.Reader, one, other ocispec.Descriptor,
) ([]digest.Digest, error) {
	a, err := left.Layers(ctx, one)
	if err != nil {
		return nil, err
	}
	b, err := right.Layers(ctx, other)
	if err != nil {
		return nil, err
	}
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n], nil
}

// side reads one image.
func (r *reading) side(
	ctx context.Context, reader inventory.Reader, name string, entry source.Entry,
) (diff.Side, error) {
	found := diff.Side{Name: name, Platform: entry.Platform}
	title := fmt.Sprintf("[%s] reading %s", platform.Format(entry.Platform), name)
	err := progress.Wrap(title, r.pw.Write, func(progress.SubLogger) error {
		var err error
		found.Inventory, err = reader.Read(ctx, entry.Manifest)
		return err
	})
	if err != nil {
		return found, fmt.Errorf("reading %s of %q: %w", platform.Format(entry.Platform), name, err)
	}
	return found, nil
}

// find is the entry of a platform; nil where there is none.
func find(entries []source.Entry, p ocispec.Platform) *source.Entry {
	for i := range entries {
		if platform.Equal(entries[i].Platform, p) {
			return &entries[i]
		}
	}
	return nil
}
