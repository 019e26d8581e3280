package ref

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// What was typed as it stands in a help, or in capitals, is told with what to give in its place.
func TestInvalid(t *testing.T) {
	for text, want := range map[string]string{
		"NAME:TAG":                    "NAME and TAG stand for those of your image; give it as registry.example.com/team/app:1.0",
		"NAME":                        "stand for those of your image",
		"USER/NAME:1.0":               "stand for those of your image",
		"MyApp:1.0-RC1":               "; give it as myapp:1.0-RC1",
		"reg.example:5000/Team/App:X": "; give it as reg.example:5000/team/app:X",
		"My App:1":                    "; give it as NAME[:TAG]",
		"a//b":                        "; give it as NAME[:TAG]",
	} {
		_, err := ParseName(text)
		assert.ErrorContains(t, err, want)
		assert.Equal(t, failure.ExitCode(err), 2)
		_, err = ParseImage(text)
		assert.ErrorContains(t, err, want)
	}
}
