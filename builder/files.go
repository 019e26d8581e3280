package builder

import (
	"archive/tar"
	"context"
	"fmt"
	"io/fs"
	"path"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// Files are the files of what a node has built, where they are: no more of them comes here than is asked for.
type Files struct{ ref gateway.Reference }

// List are the headers of what lies in a folder, as an archive of the whole would have them.
func (f Files) List(ctx context.Context, folder string) ([]*tar.Header, error) {
	if f.ref == nil { // of scratch, and nothing else
		return nil, nil
	}
	found, err := f.ref.ReadDir(ctx, gateway.ReadDirRequest{Path: "/" + folder})
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", "/"+folder, err)
	}
	list := make([]*tar.Header, 0, len(found))
	for _, stat := range found {
		list = append(list, headerOf(folder, stat))
	}
	return list, nil
}

// headerOf is the header of what lies in a folder. Names of hard links are told from that folder on.
func headerOf(folder string, stat *fstypes.Stat) *tar.Header {
	mode := fs.FileMode(stat.GetMode())
	h := &tar.Header{
		Name: path.Join(folder, path.Base(stat.GetPath())), Mode: int64(mode.Perm()), Size: stat.GetSize(),
		Linkname: stat.GetLinkname(), Typeflag: tar.TypeChar, // what is none of these is a device, a pipe or a socket
	}
	switch {
	case mode.IsDir():
		h.Typeflag = tar.TypeDir
	case mode&fs.ModeSymlink != 0:
		h.Typeflag = tar.TypeSymlink
	case mode.IsRegular() && h.Linkname != "":
		h.Typeflag, h.Linkname = tar.TypeLink, path.Join(folder, h.Linkname) //nolint:gosec // nothing is unpacked
	case mode.IsRegular():
		h.Typeflag = tar.TypeReg
	}
	return h
}

// ReadAt reads a part of a file: fewer bytes than asked for only where it ends.
func (f Files) ReadAt(ctx context.Context, name string, offset, length int) ([]byte, error) {
	body, err := f.ref.ReadFile(ctx, gateway.ReadRequest{
		Filename: "/" + name, Range: &gateway.FileRange{Offset: offset, Length: length},
	})
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", "/"+name, err)
	}
	return body, nil
}
