package audit

import (
	"archive/tar"
	"context"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

const (
	// mostListing is the largest list of packages that is fetched, mostListings how much of all.
	mostListing  = 4 << 20
	mostListings = 32 << 20
)

// packages reads the lists of packages. What is told by the bytes of programs and archives is not asked for: those
// would be fetched whole.
func (l *looking) packages(ctx context.Context, s *scanner) error {
	defer s.tellers.Close()
	var lists []*tar.Header
	var size int64
	for _, h := range l.all {
		if h.Typeflag != tar.TypeReg || h.Size == 0 || h.Size > mostListing || !inventory.Lists(h.Name) {
			continue
		}
		if size += h.Size; size > mostListings {
			break
		}
		lists = append(lists, h)
	}
	bodies := make([][]byte, len(lists))
	err := inLanes(ctx, len(lists), func(ctx context.Context, i int) (err error) {
		bodies[i], err = l.files.ReadAt(ctx, lists[i].Name, 0, int(lists[i].Size))
		return err
	})
	for i := 0; i < len(lists) && err == nil; i++ {
		teller := s.tellers.Of(&inventory.File{Path: cleanPath(lists[i].Name), Size: lists[i].Size})
		if teller == nil {
			continue
		}
		if _, err = teller.Write(bodies[i]); err == nil {
			if err = s.tell(cleanPath(lists[i].Name), strings.NewReader(""), teller); err == nil {
				err = s.check()
			}
		}
	}
	return err
}
