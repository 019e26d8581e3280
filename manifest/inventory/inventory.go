package inventory

import (
	"errors"
	"io/fs"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

var (
	// ErrLayer marks a layer whose bytes are wrong: cut, of another digest, or in an unknown format.
	ErrLayer = errors.New("unreadable layer")
	// ErrLimit marks an image that holds more than can be listed within bounded memory and time.
	ErrLimit = errors.New("too much to compare")
)

// Inventory is what one image holds.
type Inventory struct {
	// Image is the descriptor of its manifest.
	Image  ocispec.Descriptor
	Config ocispec.Image
	Health *HealthCheck
	Layers []Layer
	// Files are those that a container would see, in the order of their paths.
	Files []*File
	// Packages are those that are installed, in the order of ecosystem, name and version.
	Packages []Package
	// Unknown are the files that list packages in a way that is not known here.
	Unknown []string
	// Unread are the layers that were left out, because another image is known to have them too.
	Unread []digest.Digest
	// Removed are the paths that the layers which were read take away of those below: files, or what is in folders, whose
	// paths end in a slash. They are sorted, each once.
	Removed []string
}

// HealthCheck is the HEALTHCHECK of a Dockerfile, which Docker keeps in the config beside what the specification of OCI
// knows.
type HealthCheck struct {
	Test        []string `json:",omitempty"`
	Interval    int64    `json:",omitempty"`
	Timeout     int64    `json:",omitempty"`
	StartPeriod int64    `json:",omitempty"`
	Retries     int      `json:",omitempty"`
}

// Layer is one layer of an image.
type Layer struct {
	Descriptor ocispec.Descriptor
	// CreatedBy is the instruction that made it, as the config's history says it.
	CreatedBy string
	// Plain is its size when it is decompressed, in bytes; 0 where it was not read.
	Plain int64
}

// Kind is what a file is by its place in the file system.
type Kind byte

// The kinds of files.
const (
	Regular Kind = 'f'
	Folder  Kind = 'd'
	Symlink Kind = 'l'
	Special Kind = 's' // a device, pipe or socket
)

// Form is what a regular file is by its first bytes.
type Form byte

// The forms of files that matter here: those which differ between platforms by their nature, and text.
const (
	Data    Form = 0
	Text    Form = 't'
	Program Form = 'p' // ELF, PE, Mach-O, WebAssembly; objects and archives of them
	Bytes   Form = 'b' // bytecode: .pyc, .class in an archive
)

// File is one file of an image.
type File struct {
	Path string
	Kind Kind
	Form Form
	// Machine is that of an ELF file, as its header has it (e_machine); 0 for all others.
	Machine uint16
	Mode    fs.FileMode
	// UID and GID are its owner.
	UID, GID uint32
	// Size is in bytes.
	Size int64
	// Sum is the SHA-256 of a regular file.
	Sum [32]byte
	// Folded is the SHA-256 of a text as [Reader.Fold] changes it; nil where that changes nothing.
	Folded *[32]byte
	// Target is where a symbolic link leads, as it is written.
	Target string
}

// Ecosystem is whose a package is.
type Ecosystem string

// The ecosystems whose packages are known.
const (
	Debian Ecosystem = "deb"
	Alpine Ecosystem = "apk"
	RPM    Ecosystem = "rpm"
	Python Ecosystem = "python"
	Node   Ecosystem = "npm"
	Go     Ecosystem = "go"
	Java   Ecosystem = "java"
)

// Package is something that is installed, by the word of the tool that did.
type Package struct {
	Ecosystem Ecosystem `json:"ecosystem"`
	Name      string    `json:"name"`
	Version   string    `json:"version,omitempty"`
	// Architecture is what the package says it is for, in its ecosystem's words.
	Architecture string `json:"architecture,omitempty"`
	// Path is the file that tells of it.
	Path string `json:"path,omitempty"`
}
