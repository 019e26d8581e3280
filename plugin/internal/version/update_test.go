package version

import (
	"testing"

	"gotest.tools/v3/assert"
)

// How to update depends on how the program came to where it is.
func TestUpdate(t *testing.T) {
	for program, want := range map[string]string{
		"": "see https://github.com/docker-multiplat/docker-multiplat/releases/latest",
		"/usr/libexec/docker/cli-plugins/docker-multiplat": "it is of a package; install the newer one of " +
			"https://github.com/docker-multiplat/docker-multiplat/releases/latest",
		"/home/me/.docker/cli-plugins/docker-multiplat": "curl -fsSL " +
			"https://github.com/docker-multiplat/docker-multiplat/releases/latest/download/install.sh | " +
			"sh -s -- --dir /home/me/.docker/cli-plugins",
		"/my home/docker-multiplat": "curl -fsSL " +
			"https://github.com/docker-multiplat/docker-multiplat/releases/latest/download/install.sh | " +
			"sh -s -- --dir '/my home'",
	} {
		assert.Equal(t, Update(program), want)
	}
}
