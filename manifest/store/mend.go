package store

import (
	"context"
	"fmt"

	"github.com/containerd/containerd/v2/core/content"
)

// Mend reads every blob of the store, and drops those whose bytes do not have their digest: they are good for nothing,
// and the next build brings them anew, which it does not while they are there. It tells how many these were.
func (s *Store) Mend(ctx context.Context) (dropped int, err error) {
	if s.looking {
		return 0, nil
	}
	var all []content.Info
	err = s.content.Walk(ctx, func(info content.Info) error {
		all = append(all, info)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("listing the blobs of %q: %w", s.root, err)
	}
	s.content.healing.Lock()
	defer s.content.healing.Unlock()
	for _, info := range all {
		if err := s.content.dropUnlessWhole(ctx, info); err != nil {
			return dropped, err
		}
		if _, err := s.content.Info(ctx, info.Digest); err != nil {
			dropped++
		}
	}
	return dropped, nil
}
