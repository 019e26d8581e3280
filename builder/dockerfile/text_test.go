package dockerfile_test

import (
	"os"
	"testing"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// What is no text is read as far as it is, and nothing but the caller says so.
func TestNoText(t *testing.T) {
	stderr := os.Stderr //nolint:forbidigo // what others write to it is what is looked at
	read, write, err := os.Pipe()
	assert.NilError(t, err)
	os.Stderr = write                        //nolint:forbidigo // what others write to it is what is looked at
	t.Cleanup(func() { os.Stderr = stderr }) //nolint:forbidigo // what others write to it is what is looked at
	file, err := dockerfile.Parse("Dockerfile", []byte("FROM \xff\xfebusybox\nCOPY \x00 \xe9t\xe9 /x/\n"))
	if err == nil {
		_, err = file.For(platforms.MustParse("linux/arm64"), dockerfile.Setting{Build: platforms.MustParse("linux/amd64")})
	}
	assert.Check(t, err)
	assert.NilError(t, write.Close())
	said := make([]byte, 100)
	n, _ := read.Read(said)
	assert.Equal(t, string(said[:n]), "")
}
