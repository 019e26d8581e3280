package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// layOver lays the layers over each other as a container sees them. It goes from the last layer down: what a layer
// has is there unless a layer above has it too, or removed it.
func (f *Inventory) layOver(ctx context.Context, scans []*scan) error {
	f.Files = map[string]*File{}
	shade := shades{whole: map[string]bool{}, below: map[string]bool{}}
	packages := map[string][]Package{}
	for i, s := range slices.Backward(scans) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var here []*File
		for _, file := range slices.Backward(s.files) { // of two of one path the later one counts
			if _, above := f.Files[file.Path]; above || shade.hides(file.Path) {
				continue
			}
			file.Layer = uint16(i) //nolint:gosec // a manifest of 4 MiB has no more
			f.Files[file.Path] = file
			here = append(here, file)
			if told := s.packages[file.Path]; told != nil {
				packages[file.Path] = told
			}
		}
		for _, path := range s.unknown {
			if f.Files[path] != nil && f.Files[path].Layer == uint16(i) { //nolint:gosec // as above
				f.Unknown = append(f.Unknown, path)
			}
		}
		f.linkHard(s, i, shade, packages)
		shade.add(s, here)
	}
	for _, told := range packages {
		f.Packages = append(f.Packages, told...)
	}
	slices.SortFunc(f.Packages, func(a, b Package) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Architecture, b.Architecture), cmp.Compare(a.Path, b.Path))
	})
	return nil
}

// linkHard gives the hard links of a layer the content of the file they lead to, which the same layer has.
func (f *Inventory) linkHard(s *scan, layer int, shade shades, packages map[string][]Package) {
	if len(s.links) == 0 {
		return
	}
	byPath := make(map[string]*File, len(s.files))
	for _, file := range s.files {
		byPath[file.Path] = file
	}
	for _, link := range s.links {
		path, target := link[0], link[1]
		file := byPath[target]
		if file == nil {
			continue // into a layer below, which no container engine writes
		}
		same := *file
		same.Path, same.Layer = path, uint16(layer) //nolint:gosec // as above
		byPath[path] = &same
		if _, above := f.Files[path]; above || shade.hides(path) {
			continue
		}
		f.Files[path] = &same
		if told := s.packages[target]; told != nil && packages[target] == nil {
			packages[path] = told
		}
	}
}

// shades are what the layers above hide.
type shades struct {
	// whole are paths that are hidden with all below them, below those of which only what is in them is.
	whole, below map[string]bool
}

// hides tells whether a path of a lower layer is hidden.
func (s shades) hides(path string) bool {
	if s.whole[path] || s.below[""] {
		return true
	}
	for at := strings.LastIndexByte(path, '/'); at >= 0; at = strings.LastIndexByte(path[:at], '/') {
		if folder := path[:at]; s.whole[folder] || s.below[folder] {
			return true
		}
	}
	return false
}

// add adds what a layer hides: what it removes, and what lies below a path that is no folder any more.
func (s shades) add(layer *scan, here []*File) {
	for _, path := range layer.whiteouts {
		s.whole[path] = true
	}
	for _, path := range layer.opaque {
		s.below[path] = true
	}
	for _, file := range here {
		if file.Kind != Folder {
			s.below[file.Path] = true
		}
	}
}
