package structure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/moby/sys/user"
)

// ErrNoAccount says that an image has no such user, or no such group.
var ErrNoAccount = errors.New("no such account")

// Account is a USER, or what is given in its place, as UID:GID, which an engine finds in the image's own files. It
// wraps [ErrNoAccount] where an engine would refuse it.
func (t *Tree) Account(ctx context.Context, name string) (string, error) {
	var files [2]io.Reader
	for i, path := range []string{"/etc/passwd", "/etc/group"} {
		text, err := t.read(ctx, path)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoFile):
			continue
		case err != nil:
			return "", fmt.Errorf("looking for the user %q: %w", name, err)
		}
		files[i] = strings.NewReader(text)
	}
	found, err := user.GetExecUser(name, nil, files[0], files[1])
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoAccount, err)
	}
	return fmt.Sprintf("%d:%d", found.Uid, found.Gid), nil
}
