package plugin

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A builder that is named and gone is told to be gone where no engine can be reached, as it is with one. What is our own
// keeps something in an engine, and that is asked.
func TestDeinitOfWhatIsGoneWithoutEngine(t *testing.T) {
	fake := &fakeCLI{plugintest.NewCLI(t).WithEngine(t, func(*http.Request) (*http.Response, error) {
		return nil, errors.New("there is no engine")
	})}
	for range 2 {
		assert.NilError(t, fake.run(t, "deinit", "--builder", "farm"))
	}
	said := fake.Stderr.String()
	assert.Check(t, is.Contains(said, "there is no builder farm\n"))
	assert.Check(t, is.Equal(strings.Count(said, "no engine ("), 2), said)

	for _, args := range [][]string{{"deinit"}, {"deinit", "--builder", "farm", "--emulators", "--force"}} {
		err := fake.run(t, args...)
		assert.Equal(t, ExitCode(err), failure.ExitNotReady, "%v", args)
	}
}

// That there is no builder of a name is told without an engine, too, with the command that makes it.
func TestStatusOfWhatIsGoneWithoutEngine(t *testing.T) {
	fake := &fakeCLI{plugintest.NewCLI(t).WithEngine(t, func(*http.Request) (*http.Response, error) {
		return nil, errors.New("there is no engine")
	})}
	err := fake.run(t, "status", "--builder", "farm")
	assert.Equal(t, ExitCode(err), failure.ExitNotReady)
	assert.Check(t, is.Contains(explained(err), `no builder "farm" found`))
	assert.Check(t, is.Contains(explained(err), "next: docker multiplat init --builder farm\n"))

	err = fake.run(t, "status")
	assert.Check(t, is.Contains(explained(err), "next: docker version\n"))
}
