package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// loseAttestations deletes the attestation manifests below a tag of team/app, as registries do that know none.
func (r *fakeRegistry) loseAttestations(t *testing.T, tag string) {
	t.Helper()
	for _, entry := range r.Index(t, tag).Manifests {
		if entry.Platform.OS != "unknown" {
			continue
		}
		answer := httptest.NewRecorder()
		url := "/v2/team/app/manifests/" + entry.Digest.String()
		r.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil))
		assert.Equal(t, answer.Code, http.StatusAccepted, answer.Body.String())
	}
}

// An image whose attestation manifests cannot be fetched is one cause with one exit code wherever it is met, its images
// are shown all the same, and there is a command that makes a whole image of them.
func TestLostAttestations(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":1", "app")
	_, err := fake.publish(t, "--arch-tags", "none", name+":1")
	assert.NilError(t, err)
	registry.loseAttestations(t, "1")

	out, err := fake.command(t, "inspect", "--remote", name+":1")
	assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
	assert.Equal(t, strings.Count(out, "cannot be fetched"), 2, out)
	for _, args := range [][]string{
		{"promote", "--allow-untested", name + ":1", "2"},
		{"merge", "--allow-untested", "-t", name + ":2", name + ":1"},
	} {
		_, err = fake.command(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
		assert.ErrorContains(t, err, "its attestations cannot be fetched")
		assert.Equal(t, string(registry.DigestAt(t, "team/app", "2")), "")
		told := explained(err)
		at := strings.LastIndex(told, "next: docker multiplat merge --drop-attestations ")
		assert.Assert(t, at >= 0, told)
		for _, part := range []string{" --allow-untested", " -t " + name + ":2 ", " " + name + ":1\n"} {
			assert.Check(t, strings.Contains(told[at:], part), told[at:])
		}
	}
	_, err = fake.command(t, "merge", "--drop-attestations", "-t", name+":2", name+":1")
	assert.Equal(t, ExitCode(err), failure.ExitTests, "%v", err)
	_, err = fake.command(t, "merge", "--drop-attestations", "--allow-untested", "-t", name+":2", name+":1")
	assert.NilError(t, err)
	assert.Equal(t, len(registry.Index(t, "2").Manifests), 2)
	fake.assertTold(t, "the attestations of linux/amd64, linux/arm64 are left out")
	_, err = fake.command(t, "verify", name+":2")
	assert.NilError(t, err)
}
