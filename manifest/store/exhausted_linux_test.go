package store_test

import (
	"errors"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// withoutFiles does something while this process can open no more files.
func withoutFiles(t *testing.T, do func()) {
	t.Helper()
	var was syscall.Rlimit
	assert.NilError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was))
	none := was
	none.Cur = 1
	assert.NilError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none))
	defer func() { assert.NilError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)) }()
	do()
}

// A process that can open no more files knows nothing of the store: it is not damaged, and no repair is told.
func TestNoMoreFiles(t *testing.T) {
	s := openStore(t, newRoot(t))
	d := addImages(t, s, "app:1", "linux/amd64")
	told := map[string]error{}
	withoutFiles(t, func() {
		_, told["list"] = s.List(t.Context())
		_, told["blob"] = s.ReadBlob(t.Context(), d.Index)
	})
	for what, err := range told {
		assert.ErrorIs(t, err, syscall.EMFILE, what)
		assert.Check(t, !errors.Is(err, store.ErrCorrupt) && !errors.Is(err, store.ErrIndex), "%s: %v", what, err)
	}
	assert.NilError(t, s.CheckComplete(t.Context(), d.Index))
}
