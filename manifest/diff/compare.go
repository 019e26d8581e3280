package diff

import (
	"context"
	"slices"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
)

// Compare says what differs between two sides or more. Sides of several platforms are compared as one app: what has to
// differ is folded.
func Compare(ctx context.Context, sides []Side) (Report, error) {
	c := &comparison{sides: sides, names: fold.New()}
	c.full, c.own, c.owned = map[string]bool{}, map[string]bool{}, map[string]bool{}
	c.records = map[string]*File{}
	for _, s := range sides[1:] {
		c.folds = c.folds || otherMachine(sides[0].Platform, s.Platform)
	}
	for _, s := range sides {
		c.report.Sides = append(c.report.Sides, summary(s))
	}
	c.settings()
	c.packages()
	if err := c.files(ctx); err != nil {
		return Report{}, err
	}
	return c.report, nil
}

// otherMachine tells whether programs of two platforms have other code. That one could run the other's does not matter.
func otherMachine(a, b ocispec.Platform) bool {
	a, b = platforms.Normalize(a), platforms.Normalize(b)
	return a.OS != b.OS || a.Architecture != b.Architecture || a.Variant != b.Variant
}

// comparison is under way.
type comparison struct {
	sides []Side
	names *fold.Folder
	// folds is whether what has to differ between platforms is left out.
	folds bool
	// dirs are the folders of every side, as paths are compared.
	dirs []map[string]bool
	// own are the files of the system that may be a machine's own, owned the folders with such, full those with others.
	own, owned, full map[string]bool
	// records are what tools have written for themselves, by the folder they write to.
	records map[string]*File
	report  Report
}

// same is a value as it is compared.
func (c *comparison) same(value *string) *string {
	if value == nil || !c.folds {
		return value
	}
	folded := c.names.String(*value)
	return &folded
}

// differs tells whether sides have different values, but for what has to differ.
func (c *comparison) differs(values []*string) bool {
	folded := make([]*string, len(values))
	for i, v := range values {
		folded[i] = c.same(v)
	}
	return differ(folded)
}

func summary(s Side) Summary {
	is := s.Inventory
	sum := Summary{
		Name: s.Name, Platform: platforms.FormatAll(s.Platform), Digest: is.Image.Digest, Files: len(is.Files),
		Packages: len(is.Packages), Unknown: is.Unknown,
	}
	for _, file := range is.Files {
		sum.Unpacked += file.Size
	}
	for _, layer := range is.Layers {
		sum.Size += layer.Descriptor.Size
		sum.Layers = append(sum.Layers, Layer{
			Digest: layer.Descriptor.Digest, Size: layer.Descriptor.Size, CreatedBy: layer.CreatedBy,
			Shared: slices.Contains(is.Unread, layer.Descriptor.Digest),
		})
	}
	return sum
}
