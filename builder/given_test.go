package builder

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"
)

// A registry that repeats what it was sent gets it into no error of a build: BuildKit pushes with --stage registry, and
// pulls what an image is built from.
func TestWhatSignsInIsNotShown(t *testing.T) {
	signed := &signIn{}
	signed.given.login(types.AuthConfig{Username: "ci", Password: "CANARY p+w"})
	signed.given.note("CANARYtoken")
	header := base64.StdEncoding.EncodeToString([]byte("ci:CANARY p+w"))
	said := "denied: your header was Basic " + header + ", which is ci:CANARY p+w, and in a form CANARY+p%2Bw; " +
		"then CANARYtoken; and of an earlier build Bearer eyJCANARYJhbGciOiJIUzI1NiJ9.e30.abc="
	failed := &client.Vertex{Name: "exporting to image", Error: said}
	shown := &heard{}
	blanked{shown, func(text string) string { return text }, signed}.Write(
		&client.SolveStatus{Vertexes: []*client.Vertex{failed}})
	told := shown.text.String() + blankError(errors.New(said), signed.blank).Error()
	for _, secret := range []string{"CANARY", header} {
		assert.Assert(t, !strings.Contains(told, secret), told)
	}
	assert.Assert(t, strings.Contains(told, "your header was Basic xxxxx, which is ci:xxxxx"), told)
	assert.Assert(t, strings.Contains(signed.blank("basic authentication required"), "authentication"))
}
