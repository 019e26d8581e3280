package advice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

func foreignFiles(n int, format string) []audit.Finding {
	found := make([]audit.Finding, 0, n)
	for i := range n {
		name := fmt.Sprintf(format, i)
		found = append(found, audit.Finding{Severity: audit.Error, Path: name, Allow: name, Foreign: true})
	}
	return found
}

// An image with as many files of another platform as the audit lists is told about at once, and in few flags.
func TestAllowingVeryManyFiles(t *testing.T) {
	for _, format := range []string{"/f%d", "/d%d/f", "/opt/f%d"} {
		began := time.Now()
		flags := strings.Join(allowing(foreignFiles(20_000, format)), " ")
		assert.Check(t, time.Since(began) < 3*time.Second, format)
		assert.Check(t, len(flags) < 4<<10, "%s: %d bytes", format, len(flags))
	}
}

// What lies below another folder in the list is not named again, also where other names are sorted between them.
func TestAllowingNestedFolders(t *testing.T) {
	found := append(foreignFiles(3, "/opt/a/b/f%d"), foreignFiles(2, "/opt/a/f%d")...)
	found = append(found, foreignFiles(1, "/opt/a b/f%d")...)
	assert.DeepEqual(t, allowing(found), []string{"--allow-foreign '/opt/a/**'", "--allow-foreign '/opt/a b/**'"})
}
