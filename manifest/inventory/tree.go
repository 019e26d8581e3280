package inventory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
)

// laid are the layers that were laid over each other so far.
type laid struct {
	files    map[string]*File
	packages map[string][]Package
}

// layOver lays the layers over each other as a container sees them. It goes from the last layer down: what a layer
// has is there unless a layer above has it too, or removed it.
func (f *Inventory) layOver(ctx context.Context, scans []*scan) error {
	over := laid{files: map[string]*File{}, packages: map[string][]Package{}}
	shade := shades{whole: map[string]bool{}, below: map[string]bool{}}
	var below []pendingLink
	for _, s := range slices.Backward(scans) {
		if err := ctx.Err(); err != nil {
			return err
		}
		below = over.linkBelow(s, below)
		var here []*File
		for _, file := range slices.Backward(s.files) { // of two of one path the later one counts
			if _, above := over.files[file.Path]; above || shade.hides(file.Path) {
				continue
			}
			over.files[file.Path] = file
			here = append(here, file)
			if told := s.packages[file.Path]; told != nil {
				over.packages[file.Path] = told
			}
		}
		for _, file := range here {
			if s.unknown[file.Path] {
				f.Unknown = append(f.Unknown, file.Path)
			}
		}
		below = append(below, over.linkHard(s, shade)...)
		if s != scans[0] { // there is no layer below it
			shade.add(s, here)
		}
	}
	for _, told := range over.packages {
		f.Packages = append(f.Packages, told...)
	}
	order.Stable(f.Packages, func(a, b Package) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Architecture, b.Architecture), cmp.Compare(a.Path, b.Path))
	})
	f.Files = slices.AppendSeq(make([]*File, 0, len(over.files)), maps.Values(over.files))
	slices.SortFunc(f.Files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// pendingLink is a hard link to a file of a layer below.
type pendingLink struct{ path, target string }

// linkBelow gives the hard links of the layers above the content of the files that this layer has. What it removes is
// not there any more for them. It returns those that lead still deeper.
func (l laid) linkBelow(s *scan, links []pendingLink) []pendingLink {
	if len(links) == 0 {
		return nil
	}
	byPath := make(map[string]*File, len(s.files))
	for _, file := range s.files {
		byPath[file.Path] = file
	}
	removed := make(map[string]bool, len(s.whiteouts))
	for _, path := range s.whiteouts {
		removed[path] = true
	}
	var left []pendingLink
	for _, link := range links {
		file := byPath[link.target]
		if file == nil {
			if !removed[link.target] {
				left = append(left, link)
			}
			continue
		}
		same := *file
		same.Path = link.path
		l.files[link.path] = &same
		if told := s.packages[link.target]; told != nil && l.packages[link.target] == nil {
			l.packages[link.path] = told
		}
	}
	return left
}

// linkHard gives the hard links of a layer the content of the file they lead to, where the same layer has it. It
// returns the others that a container would see: they lead into layers below.
func (l laid) linkHard(s *scan, shade shades) (below []pendingLink) {
	if len(s.links) == 0 {
		return nil
	}
	byPath := make(map[string]*File, len(s.files))
	for _, file := range s.files {
		byPath[file.Path] = file
	}
	for _, link := range s.links {
		path, target := link[0], link[1]
		file := byPath[target]
		_, above := l.files[path]
		hidden := above || shade.hides(path)
		if file == nil {
			if !hidden {
				below = append(below, pendingLink{path, target})
			}
			continue
		}
		same := *file
		same.Path = path
		byPath[path] = &same
		if hidden {
			continue
		}
		l.files[path] = &same
		if told := s.packages[target]; told != nil && l.packages[target] == nil {
			l.packages[path] = told
		}
	}
	return below
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
