package structure

import (
	"errors"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Users are who engines find in the files of an image, wherever they lie; whom engines refuse is no account.
func TestAccount(t *testing.T) {
	whole, err := ReadTree(t.Context(), []Layer{
		layerOf(
			t,
			compression.Gzip,
			file("etc/passwd", "old:x:1:1::/:\n", 0o644),
			file("etc/group", "staff:x:2000:\n", 0o644),
		),
		layerOf(
			t,
			compression.Gzip,
			file("lib/passwd", "app:x:1000:1001::/:\n", 0o644),
			link("etc/passwd", "/lib/passwd"),
		),
	})
	assert.NilError(t, err)
	bare, err := ReadTree(t.Context(), []Layer{layerOf(t, compression.Gzip, dir("etc/"), dir("etc/group/"))})
	assert.NilError(t, err)
	for _, at := range []struct {
		tree       *Tree
		user, want string
	}{
		{whole, "app", "1000:1001"},
		{whole, "app:staff", "1000:2000"},
		{whole, "app:7", "1000:7"},
		{whole, "1000:staff", "1000:2000"},
		{whole, "5000:staff", "5000:2000"},
		{whole, ":staff", "0:2000"},
		{whole, "1000", "1000:1001"},
		{whole, "5000", "5000:0"},
		{whole, "old", ""},
		{whole, "app:other", ""},
		{bare, "app", ""},
		{bare, "7:staff", ""},
		{bare, "7:8", "7:8"},
	} {
		numbers, err := at.tree.Account(t.Context(), at.user)
		assert.Check(t, is.Equal(numbers, at.want), at.user)
		assert.Check(t, is.Equal(errors.Is(err, ErrNoAccount), at.want == ""), "%s: %v", at.user, err)
	}
}
