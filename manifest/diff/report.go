package diff

import (
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// Side is one image of a comparison.
type Side struct {
	// Name is how the user calls it.
	Name      string
	Platform  ocispec.Platform
	Inventory *inventory.Inventory
}

// Report is what differs between some sides. In every list of values there is one for each side, in their order; nil
// is a side that has nothing there.
type Report struct {
	Sides    []Summary `json:"sides"`
	Config   []Setting `json:"config,omitempty"`
	Packages []Package `json:"packages,omitempty"`
	Files    []File    `json:"files,omitempty"`
	Folders  []Folder  `json:"folders,omitempty"`
	Folded   Folded    `json:"folded"`
}

// Summary is one side in figures. Sizes are in bytes.
type Summary struct {
	Name     string        `json:"name"`
	Platform string        `json:"platform"`
	Digest   digest.Digest `json:"digest"`
	// Size is that of the layers as they are transferred, Unpacked that of the files.
	Size     int64 `json:"size"`
	Unpacked int64 `json:"unpacked"`
	Files    int   `json:"files"`
	Packages int   `json:"packages"`
	// Foreign is how many programs are for another machine than the platform's, and do not lie where a name says so.
	Foreign int `json:"foreign,omitempty"`
	// Unknown are the files that list packages in a way that is not known here.
	Unknown []string `json:"unknown,omitempty"`
	// Layers are those of the image, from the lowest.
	Layers []Layer `json:"layers"`
}

// Layer is one layer of a side.
type Layer struct {
	Digest    digest.Digest `json:"digest"`
	Size      int64         `json:"size"`
	CreatedBy string        `json:"createdBy,omitempty"`
	// Shared is true for a layer that every side has, and that was therefore not read.
	Shared bool `json:"shared,omitempty"`
}

// Setting is a field of the config that differs.
type Setting struct {
	// Field is the name of the field, or of the variable, label or port in it: Env.PATH.
	Field  string    `json:"field"`
	Values []*string `json:"values"`
}

// Package is a package that some sides lack, or have in another version.
type Package struct {
	Ecosystem inventory.Ecosystem `json:"ecosystem"`
	Name      string              `json:"name"`
	// Values are versions; several of one side stand with commas between them.
	Values []*string `json:"values"`
}

// Missing tells whether a side lacks the package.
func (p Package) Missing() bool { return lacks(p.Values) }

// What is how a file differs.
type What string

// How files differ, the heaviest first.
const (
	Machine What = "machine" // a program for another machine than the platform's
	Only    What = "only"    // some sides do not have it
	Kind    What = "kind"    // a file here, a link or folder there
	Content What = "content" // other bytes
	Link    What = "link"    // the link leads elsewhere
	Mode    What = "mode"
	Owner   What = "owner"
)

// File is a file that differs; or a folder, with all that is in it, that some sides lack.
type File struct {
	Path string `json:"path"`
	What What   `json:"what"`
	// Count is how many files it stands for.
	Count int `json:"count"`
	// Values say what each side has, in words: a size in bytes, a mode, an owner, a target.
	Values []*string `json:"values"`
	// Sizes are in bytes.
	Sizes []int64 `json:"sizes"`
}

// Folder is a folder whose files are of another size in all.
type Folder struct {
	Path  string  `json:"path"`
	Sizes []int64 `json:"sizes"`
}

// Folded counts the files that differ as they have to.
type Folded struct {
	// Paths differ in the name of a machine, Texts in names of machines within them, Programs in their code.
	Paths    int `json:"paths"`
	Texts    int `json:"texts"`
	Programs int `json:"programs"`
	// Own are files of the system that are there for one machine, or say how they were built for it.
	Own int `json:"own"`
	// Records are what tools write for themselves on the machine an image is made on.
	Records int `json:"records"`
}

// Equal tells whether nothing differs but what has to.
func (r Report) Equal() bool { return len(r.Config)+len(r.Packages)+len(r.Files) == 0 }

func lacks(values []*string) bool {
	for _, v := range values {
		if v == nil {
			return true
		}
	}
	return false
}

// differ tells whether the sides have different values.
func differ(values []*string) bool {
	for _, v := range values[1:] {
		if (v == nil) != (values[0] == nil) || v != nil && *v != *values[0] {
			return true
		}
	}
	return false
}
