package localtest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/internal/overlay"
)

// fileTests are the tests of one file on one image. The file system of the image is read once, and only if a test
// looks at it.
type fileTests struct {
	*runner
	file structure.File
	tree func(context.Context) (*structure.Tree, error)
}

// fileTrials lists the tests of a file.
func (r *runner) fileTrials(file structure.File) []trial {
	f := &fileTests{runner: r, file: file, tree: once(r.image.Layers)}
	env := structure.EnvOf(r.image.Config.Env).With(file.GlobalEnvVars)
	var list []trial
	add := func(scope structure.Scope, name string, run func(context.Context) (Case, error)) {
		list = append(list, f.trial(scope, name, run))
	}
	for _, t := range file.CommandTests {
		add(t.Scope, t.Name, func(ctx context.Context) (Case, error) { return f.commandTest(ctx, t) })
	}
	for _, t := range file.FileExistenceTests {
		add(t.Scope, t.Name, func(ctx context.Context) (Case, error) {
			return f.look(ctx, func(tree *structure.Tree) ([]string, error) { return t.Check(tree, env), nil })
		})
	}
	for _, t := range file.FileContentTests {
		add(t.Scope, t.Name, func(ctx context.Context) (Case, error) {
			return f.look(ctx, func(tree *structure.Tree) ([]string, error) { return t.Check(ctx, tree, env, f.limit()) })
		})
	}
	if !file.MetadataTest.IsEmpty() {
		add(file.MetadataTest.Scope, "metadata", func(context.Context) (Case, error) {
			return caseOf(file.MetadataTest.Check(r.image.Config)), nil
		})
	}
	for range file.LicenseTests {
		list = append(list, f.skipped("licenses", "license tests are not supported"))
	}
	return list
}

// trial gives a test its full name, and leaves it out where it does not apply.
func (f *fileTests) trial(
	scope structure.Scope, name string, run func(context.Context) (Case, error),
) trial {
	if reason := scope.Skipped(f.image.Platform); reason != "" {
		return f.skipped(name, reason)
	}
	return trial{f.fullName(name), run}
}

func (f *fileTests) skipped(name, reason string) trial {
	return trial{f.fullName(name), func(context.Context) (Case, error) {
		return Case{Verdict: Skipped, Reason: reason}, nil
	}}
}

func (f *fileTests) fullName(name string) string { return filepath.Base(f.file.Name) + ": " + name }

// look judges a test of files.
func (f *fileTests) look(ctx context.Context, check func(*structure.Tree) ([]string, error)) (Case, error) {
	started := time.Now()
	tree, err := f.tree(ctx)
	if errors.Is(err, overlay.ErrLimit) {
		return caseOf([]string{err.Error()}), nil
	}
	if err != nil {
		return Case{}, fmt.Errorf("reading the files of the image: %w", err)
	}
	problems, err := check(tree)
	c := caseOf(problems)
	if errors.Is(err, structure.ErrSlow) {
		c, err = Case{Verdict: Inconclusive, Reason: "not done after " + round(f.limit()).String(), Overdue: true}, nil
	}
	c.Took = time.Since(started)
	return c, err
}

func caseOf(problems []string) Case {
	if len(problems) == 0 {
		return Case{Verdict: Passed}
	}
	return Case{Verdict: Failed, Reason: clean([]byte(strings.Join(problems, "; ")))}
}

// once reads a tree when it is asked for first. A read that was called off is not remembered.
func once(layers []structure.Layer) func(context.Context) (*structure.Tree, error) {
	var mu sync.Mutex
	var tree *structure.Tree
	return func(ctx context.Context) (*structure.Tree, error) {
		mu.Lock()
		defer mu.Unlock()
		if tree != nil {
			return tree, nil
		}
		read, err := structure.ReadTree(ctx, layers)
		if err == nil {
			tree = read
		}
		return read, err
	}
}
