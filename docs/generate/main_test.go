package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const reference = "../reference"

// pages reads every page of a folder.
func pages(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	assert.NilError(t, err)
	found := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		found[filepath.Base(file)] = string(text)
	}
	return found
}

// The pages in the tree are what the commands say; `make docs` brings them up to date.
func TestGenerateChangesNothing(t *testing.T) {
	t.Setenv("BUILDX_BUILDER", "of-the-environment")
	folder := t.TempDir()
	want := pages(t, reference)
	for name, text := range want {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	assert.NilError(t, run(t.Context(), []string{folder}))
	assert.DeepEqual(t, pages(t, folder), want)
}

// Every command has a page, and there is no page of a command that is gone.
func TestGenerateMakesExactlyThePages(t *testing.T) {
	folder := t.TempDir()
	assert.NilError(t, run(t.Context(), []string{folder}))
	made, kept := pages(t, folder), pages(t, reference)
	assert.Equal(t, len(made), len(kept))
	for name, text := range kept {
		_, ok := made[name]
		assert.Check(t, ok, "%s is of no command", name)
		for _, heading := range []string{"# docker multiplat", "\n## Description\n", "\n## Examples\n"} {
			assert.Check(t, strings.Contains(text, heading), "%s has no %q", name, heading)
		}
	}
}

func TestRunRefusesWrongArguments(t *testing.T) {
	assert.ErrorContains(t, run(t.Context(), nil), "usage: generate FOLDER")
}
