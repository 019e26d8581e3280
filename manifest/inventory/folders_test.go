package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// A few files may lie in more folders than there may be files: they are bounded, too. Those that files share count once.
func TestFoldersAreBounded(t *testing.T) {
	var apart, together []entry
	for i := range 251 {
		apart = append(apart, file(fmt.Sprint(i, "/", strings.Repeat("d/", 2000), "x"), ""))
		together = append(together, file(fmt.Sprint(strings.Repeat("d/", 2000), i), ""))
	}
	in := newImages(t)
	reader := inventory.Reader{Provider: in.store}
	_, err := reader.Read(t.Context(), in.image(archive(t, apart...)))
	assert.ErrorIs(t, err, inventory.ErrLimit)
	assert.ErrorContains(t, err, "folders")
	_, err = reader.Read(t.Context(), in.image(archive(t, together...)))
	assert.NilError(t, err)
}
