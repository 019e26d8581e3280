package plugin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What stands between and leaves entries out of an index is no other publisher, whose index could be amended: the next
// round would carry over what is left, and say that all is well.
func TestAmendThroughWhatLeavesEntriesOut(t *testing.T) {
	for what, out := range map[string]func(ocispec.Descriptor) bool{
		"the attestations of linux/amd64": manifest.IsAttestation,
		"linux/amd64, which it had before": func(entry ocispec.Descriptor) bool {
			return entry.Platform.Architecture == "amd64"
		},
	} {
		t.Run(what, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
			plugintest.SavePassed(t, s, name, "app")
			_, err := fake.publish(t, name)
			assert.NilError(t, err)
			before := registry.DigestAt(t, "team/app", "1")
			plugintest.SaveDraft(t, s, name, "arm64", plugintest.PassedImage(t, s, "arm64", "mended"))
			registry.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				var index ocispec.Index
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/1") &&
					json.NewDecoder(r.Body).Decode(&index) == nil {
					index.Manifests = slices.DeleteFunc(index.Manifests, out)
					body, _ := json.Marshal(index) //nolint:errchkjson // it was JSON
					r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				}
				return false
			})
			_, err = fake.publish(t, "--amend", name)
			assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
			told := explained(err)
			for _, words := range []string{
				"without " + what, "or what stands between leaves parts out", before.Encoded(),
				"next: docker multiplat verify " + name,
			} {
				assert.Check(t, strings.Contains(told, words), told)
			}
		})
	}
}
