package structure

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Check returns what is wrong with the file, in an image with this environment.
func (t ExistenceTest) Check(tree *Tree, env Env) []string {
	name := env.Expand(t.Path)
	found, err := tree.files.Find(name, false)
	wanted := t.ShouldExist == nil || *t.ShouldExist
	switch {
	case err != nil && wanted:
		return []string{fmt.Sprintf("%s is not in the image", name)}
	case err != nil:
		return nil
	case !wanted:
		return []string{fmt.Sprintf("%s is in the image", name)}
	}
	var problems []string
	if mode := found.Mode.String(); t.Permissions != "" && mode != t.Permissions {
		problems = append(problems, fmt.Sprintf("%s has permissions %s, not %s", name, mode, t.Permissions))
	}
	if t.UID != nil && *t.UID != int(found.UID) {
		problems = append(problems, fmt.Sprintf("%s belongs to user %d, not %d", name, found.UID, *t.UID))
	}
	if t.GID != nil && *t.GID != int(found.GID) {
		problems = append(problems, fmt.Sprintf("%s belongs to group %d, not %d", name, found.GID, *t.GID))
	}
	bits := map[string]fs.FileMode{"owner": 0o100, "group": 0o010, "other": 0o001, "any": 0o111}
	if t.IsExecutableBy != "" && found.Mode&bits[t.IsExecutableBy] == 0 {
		problems = append(problems, fmt.Sprintf("%s is not executable by %s: %s", name, t.IsExecutableBy, found.Mode))
	}
	return problems
}

// ErrSlow marks patterns that were not matched in time.
var ErrSlow = errors.New("not done in time")

// Check returns what is wrong with the content of the file; its patterns may take a time. The error is for an image
// that cannot be read, or [ErrSlow].
func (t ContentTest) Check(ctx context.Context, tree *Tree, env Env, limit time.Duration) ([]string, error) {
	name := env.Expand(t.Path)
	content, err := tree.read(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return []string{fmt.Sprintf("%s is not in the image", name)}, nil
	}
	if errors.Is(err, errNoFile) {
		return []string{err.Error()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	matched := make(chan []string, 1)
	go func() { matched <- match(name, content, t.ExpectedContents, t.ExcludedContents) }() // nothing else ends a match
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case problems := <-matched:
		return problems, nil
	case <-timer.C:
		return nil, fmt.Errorf("matching the content of %q: %w", name, ErrSlow)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
