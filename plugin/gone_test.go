package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// clean removes a manifest of team/app, as those do that remove what has no tag.
func (r *fakeRegistry) clean(t *testing.T, dgst digest.Digest) {
	t.Helper()
	response := httptest.NewRecorder()
	url := "/v2/team/app/manifests/" + dgst.String()
	r.Handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil))
	assert.Equal(t, response.Code, http.StatusAccepted)
}

// A platform of the image that gets a tag, or of the one others are carried over from, was removed from the registry:
// no tag is given to what cannot be pulled.
func TestTagsOfWhatIsGone(t *testing.T) {
	for name, tc := range map[string]struct {
		args              []string
		attestation, held bool
		want              int
	}{
		"promote":                {[]string{"promote", "NAME:rc", "1"}, false, false, failure.ExitIntegrity},
		"promote, held already":  {[]string{"promote", "NAME:rc", "1"}, false, true, failure.ExitIntegrity},
		"promote, attestation":   {[]string{"promote", "NAME:rc", "1"}, true, false, failure.ExitIntegrity}, // as a platform
		"publish with amend":     {[]string{"publish", "--amend=rc", "NAME:1"}, false, false, failure.ExitIntegrity},
		"merge with amend":       {[]string{"merge", "--amend=rc", "-t", "NAME:1", "NAME:new"}, false, false, failure.ExitIntegrity},
		"merge":                  {[]string{"merge", "-t", "NAME:1", "NAME:rc"}, false, false, failure.ExitIntegrity},
		"publish, what is there": {[]string{"publish", "NAME:rc"}, false, true, 0}, // the store has it still
	} {
		t.Run(name, func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, repository := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
			draft := plugintest.SavePassed(t, s, repository+":rc", "app")
			for _, tag := range []string{"new", "1"} {
				plugintest.SaveDraft(t, s, repository+":"+tag, "arm64", plugintest.PassedImage(t, s, "arm64", "new"))
			}
			for _, tag := range []string{"rc", "new"} {
				_, err := fake.publish(t, repository+":"+tag)
				assert.NilError(t, err)
			}
			if tc.held {
				body, mediaType, _ := registry.Read(t, "team/app", "rc")
				registry.Write(t, "team/app", "1", mediaType, body)
			}
			held, gone := registry.DigestAt(t, "team/app", "1"), draft.Images[0].Manifest.Digest
			if tc.attestation {
				gone = draft.Images[0].Attestation.Digest
			}
			registry.clean(t, gone)
			args := []string{tc.args[0], "--retry-timeout", "0s"}
			for _, arg := range tc.args[1:] {
				args = append(args, strings.ReplaceAll(arg, "NAME", repository))
			}
			_, err := fake.command(t, args...)
			assert.Equal(t, ExitCode(err), tc.want, "%v", err)
			if tc.want == 0 {
				registry.AssertServes(t, "team/app", "rc", "linux/amd64", "linux/arm64")
				return
			}
			assert.ErrorContains(t, err, gone.String())
			assert.Equal(t, registry.DigestAt(t, "team/app", "1"), held)
		})
	}
}
