package plugin

import (
	"net/http"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// windowsLayer is a base layer that may not be distributed, and that nobody need hold.
func windowsLayer() ocispec.Descriptor {
	return ocispec.Descriptor{
		MediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		Digest:    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Size:      4096,
		URLs:      []string{"https://mcr.microsoft.com/v2/windows/nanoserver/blobs/sha256:9f86d081"},
	}
}

// What the registry of a source answers while its image is copied decides how the copy ends: it may be run again, it
// wants a login, or the image is broken.
func TestCopyFromAFailingRegistry(t *testing.T) {
	for name, tc := range map[string]struct {
		status, want int
		says         string
	}{
		"unavailable": {http.StatusServiceUnavailable, failure.ExitUnavailable, "503"},
		"denied":      {http.StatusForbidden, failure.ExitRefused, "403"},
		"gone":        {http.StatusNotFound, failure.ExitIntegrity, "404"},
	} {
		for _, kind := range []string{"manifests", "blobs"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
				image := near.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
				index := near.IndexOf(t, "team/app", "all", image, plugintest.Linux("amd64", ""))
				missing := image.Digest
				if kind == "blobs" {
					missing = near.LayerOf(t, "team/app", image).Digest
				}
				near.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path != "/v2/team/app/"+kind+"/"+missing.String() {
						return false
					}
					w.WriteHeader(tc.status)
					return true
				})
				_, err := fake.command(t, "merge", "--allow-untested", "--retry-timeout", "0s",
					"-t", far.Host+"/copy/app:1", near.Host+"/team/app@"+index.Digest.String())
				assert.Check(t, ExitCode(err) == tc.want, "%d: %v", ExitCode(err), err)
				assert.ErrorContains(t, err, tc.says)
				assert.ErrorContains(t, err, near.Host)
				assert.Check(t, !strings.Contains(err.Error(), "local"), "%v", err)
				assert.Equal(t, far.DigestAt(t, "copy/app", "1").String(), "")
			})
		}
	}
}

// Base layers of Windows that may not be distributed stay where their URLs are; one without a URL is copied.
func TestCopyOfForeignLayers(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	held := near.Blob(t, "team/app", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", []byte("held"))
	config := near.Blob(t, "team/app", ocispec.MediaTypeImageConfig, plugintest.Marshalled(t, ocispec.Image{
		Platform: plugintest.Windows("10.0.20348.1"),
	}))
	near.Manifest(t, "team/app", "a", ocispec.Manifest{
		Config: config,
		Layers: []ocispec.Descriptor{
			windowsLayer(), held, near.Blob(t, "team/app", ocispec.MediaTypeImageLayer, []byte("own")),
		},
	})
	_, err := fake.command(t, "merge", "--allow-untested", "-t", far.Host+"/copy/app:1", near.Host+"/team/app:a")
	assert.NilError(t, err)
	_, err = fake.command(t, "promote", "--allow-untested", near.Host+"/team/app:a", far.Host+"/copy/app:2")
	assert.NilError(t, err)
	for _, tag := range []string{"1", "2"} {
		_, err = fake.command(t, "verify", "--deep", far.Host+"/copy/app:"+tag)
		assert.NilError(t, err)
	}
	assert.Check(t, far.HasBlob(t, "copy/app", held))
	assert.Check(t, !far.HasBlob(t, "copy/app", windowsLayer()))
}
