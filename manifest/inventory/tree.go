package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
)

// layOver lays the layers over each other as a container sees them.
func (f *Inventory) layOver(ctx context.Context, scans []*scan) error {
	tree := overlay.New()
	for _, s := range scans {
		if err := s.lay(ctx, tree); errors.Is(err, overlay.ErrLimit) {
			return fmt.Errorf("%w: %w", ErrLimit, err)
		} else if err != nil {
			return err
		}
	}
	told := map[*File]bool{} // by whatever name
	for path, e := range tree.All() {
		implied := e.Place < 0
		if implied && len(f.Unread) > 0 {
			continue // it may be a folder of a layer that was not read
		}
		if f.Files = append(f.Files, fileOf(path, e, scans)); len(f.Files) > maxFiles {
			return beyond("the image has more than %d files", maxFiles)
		}
		if implied {
			continue
		}
		s := scans[e.Layer]
		if file := s.files[s.order[e.Place]]; !told[file] {
			f.tell(s, file)
			told[file] = true
		}
	}
	order.Stable(f.Packages, func(a, b Package) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Architecture, b.Architecture), cmp.Compare(a.Path, b.Path))
	})
	return nil
}

// lay lays a layer over those before it.
func (s *scan) lay(ctx context.Context, tree *overlay.Tree) error {
	const perLook = 4096 // entries, until the context is looked at again
	layer := tree.Begin()
	for i := range s.order {
		if i%perLook == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := layer.Take(s.item(i)); err != nil {
			return err
		}
	}
	tree.Lay(layer)
	return nil
}

// tell notes the packages that a file tells of.
func (f *Inventory) tell(s *scan, file *File) {
	f.Packages = append(f.Packages, s.packages[file]...)
	if s.unknown[file] {
		f.Unknown = append(f.Unknown, file.Path)
	}
}

// item is an entry of a layer.
func (s *scan) item(number int) overlay.Item {
	at := s.order[number]
	if at < 0 {
		return s.others[-1-at]
	}
	file := s.files[at]
	i := overlay.Item{
		Kind: overlay.File, Name: file.Path, Target: file.Target, Mode: file.Mode, UID: int(file.UID), GID: int(file.GID),
	}
	switch file.Kind {
	case Folder:
		i.Kind = overlay.Folder
	case Symlink:
		i.Kind = overlay.Symlink
	case Regular, Special:
	}
	return i
}

// fileOf is the file that is seen at a path, which is mostly the one of its archive.
func fileOf(path string, e overlay.Entry, scans []*scan) *File {
	uid, gid := uint32(e.UID), uint32(e.GID) //nolint:gosec // as it was
	if e.Place < 0 {
		return &File{Path: path, Kind: Folder, Mode: e.Mode, UID: uid, GID: gid}
	}
	s := scans[e.Layer]
	file := s.files[s.order[e.Place]]
	if file.Path == path && file.Mode == e.Mode && file.UID == uid && file.GID == gid {
		return file
	}
	same := *file
	same.Path, same.Mode, same.UID, same.GID = path, e.Mode, uid, gid
	return &same
}
