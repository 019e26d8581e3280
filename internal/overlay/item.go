package overlay

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Kind is what an entry of a layer's archive does.
type Kind byte

// The kinds of entries.
const (
	File     Kind = 'f' // or a device, pipe or socket
	Folder   Kind = 'd'
	Symlink  Kind = 'l'
	HardLink Kind = 'h'
	Whiteout Kind = 'w' // takes away what the layers below have at a path
	Opaque   Kind = 'o' // takes away what they have in a folder
	Nothing  Kind = 'n' // engines pass it by
)

// Whiteouts of the OCI image specification.
const (
	whiteout       = ".wh."
	opaqueWhiteout = ".wh..wh..opq"
	aufs           = ".wh..wh."
)

// Item is an entry of a layer's archive.
type Item struct {
	Kind Kind
	// Name is the path that it is about, below the root and clean; the root is empty.
	Name string
	// Target is where a link leads, as it is written.
	Target   string
	Mode     fs.FileMode
	UID, GID int
}

// ItemOf reads a header. A whiteout that names no file is an error: it would hide the folder it is in, or one above.
func ItemOf(h *tar.Header) (Item, error) {
	i := Item{
		Kind: kindOf(h), Name: strings.TrimPrefix(path.Clean("/"+h.Name), "/"), Target: h.Linkname,
		Mode: h.FileInfo().Mode(), UID: h.Uid, GID: h.Gid,
	}
	dir, base := path.Split(i.Name)
	switch {
	case i.Kind == Nothing:
	case base == opaqueWhiteout:
		i.Kind, i.Name = Opaque, strings.TrimSuffix(dir, "/")
	case strings.HasPrefix(base, aufs): // aufs's own files
		i.Kind = Nothing
	case strings.HasPrefix(base, whiteout):
		hidden := strings.TrimPrefix(base, whiteout)
		if hidden == "" || hidden == "." || hidden == ".." {
			return i, fmt.Errorf("%q: it is a whiteout, and of no file", h.Name)
		}
		i.Kind, i.Name = Whiteout, dir+hidden
	case i.Name == "": // nothing else can be the root
		i.Kind = Nothing
	}
	return i, nil
}

func kindOf(h *tar.Header) Kind {
	switch h.Typeflag {
	case tar.TypeXGlobalHeader: // it is for all files of the archive
		return Nothing
	case tar.TypeDir:
		return Folder
	case tar.TypeSymlink:
		return Symlink
	case tar.TypeLink:
		return HardLink
	case tar.TypeChar:
		if h.Devmajor == 0 && h.Devminor == 0 { // what overlayfs itself has for one
			return Whiteout
		}
	}
	return File
}
