package overlay

import (
	"errors"
	"fmt"
)

// ErrLimit marks an image that is beyond one of the limits: it is an attack, or nothing a container could be started
// from.
var ErrLimit = errors.New("the image is beyond a limit")

const (
	maxEntries = 1_200_000
	maxNames   = 64 << 20
	maxPath    = 4096 // PATH_MAX of Linux
	// maxLooked is how many bytes the paths that are looked up to lay the layers over each other may have.
	maxLooked = 8 << 30
)

// budget is what laying the layers of one image over each other has cost.
type budget struct{ entries, names, looked int }

// name counts the names of an entry.
func (b *budget) name(i Item) error {
	for _, name := range []string{i.Name, i.Target} {
		if len(name) > maxPath {
			return fmt.Errorf("the name %q… is longer than %d bytes", name[:64], maxPath)
		}
		b.names += len(name)
	}
	if b.names > maxNames {
		return fmt.Errorf("%w: more than %d bytes of names", ErrLimit, maxNames)
	}
	return nil
}

// look counts the bytes of paths that were looked up.
func (b *budget) look(bytes int) error {
	if b.looked += bytes; b.looked > maxLooked {
		return fmt.Errorf("%w: its paths and links are too long and too many", ErrLimit)
	}
	return nil
}

// entry counts a file or folder more.
func (b *budget) entry() error {
	if b.entries++; b.entries > maxEntries {
		return fmt.Errorf("%w: more than %d files and folders", ErrLimit, maxEntries)
	}
	return nil
}

func errLongPath() error {
	return fmt.Errorf("%w: a path through links is longer than %d bytes", ErrLimit, maxPath)
}
