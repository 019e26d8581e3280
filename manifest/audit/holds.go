package audit

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// maxPackages is how many packages the files of a layer may tell of.
const maxPackages = 100_000

// Holds is what an image is, as far as an audit comes by it: enough to tell whether two are the same app.
type Holds struct {
	Config ocispec.ImageConfig
	// Packages are those that are installed, in the order of ecosystem, name and version.
	Packages []inventory.Package
	// Size is that of the layers, in bytes as they are transferred.
	Size int64
	// Listed tells that of packages only those are known that lists tell of: none that only programs and archives do.
	Listed bool
}

// telling is what one file of a layer tells is installed.
type telling struct {
	Path     string              `json:"p"`
	Packages []inventory.Package `json:"l"`
}

// listen has a file looked at as it is read, if it may tell of packages; else the teller is nil.
func (s *scanner) listen(name string, size, mode int64) (io.Reader, inventory.Teller, error) {
	first := make([]byte, min(size, firstBytes))
	if _, err := io.ReadFull(&s.body, first); err != nil {
		return nil, nil, err
	}
	all := io.MultiReader(bytes.NewReader(first), &s.body)
	bits := fs.FileMode(mode & 0o777)
	teller := s.tellers.Of(&inventory.File{Path: name, Size: size, Mode: bits, Form: inventory.FormOf(name, first)})
	if teller == nil {
		return all, nil, nil
	}
	return io.TeeReader(all, teller), teller, nil
}

// tell keeps what a file tells of, once it was read as far as its header; rest is what is left of it. Of more than the
// layer may tell of it keeps nothing.
func (s *scanner) tell(name string, rest io.Reader, teller inventory.Teller) error {
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return err
	}
	list, _ := teller.Packages()
	if s.packages += len(list); len(list) == 0 || s.packages > maxPackages {
		return nil
	}
	told := telling{Path: strings.Clone(name)}
	for _, p := range list {
		p = inventory.Package{
			Ecosystem: p.Ecosystem, Name: escape(p.Name), Version: escape(p.Version), Architecture: escape(p.Architecture),
		}
		told.Packages = append(told.Packages, p)
	}
	s.bytes += told.size()
	s.scan.Told = append(s.scan.Told, told)
	return nil
}

// size is how many bytes of names it has.
func (t *telling) size() int {
	size := len(t.Path)
	for _, p := range t.Packages {
		size += len(p.Name) + len(p.Version) + len(p.Architecture)
	}
	return size
}

// holds gathers what the files tell of that a container would see. The layers are as they lie over each other.
func (a *auditing) holds(layers []ocispec.Descriptor) *Holds {
	found := &Holds{Config: a.config.Config, Size: sizeOf(layers), Listed: a.looked}
	for i := range a.told {
		for _, told := range a.told[i] {
			if _, n := a.tree.find("/" + told.Path); n != nil && n.file != nil && n.layer == i {
				found.Packages = append(found.Packages, told.Packages...)
			}
		}
	}
	order.Stable(found.Packages, func(a, b inventory.Package) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return found
}
