package plugin

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// Whoever waits for another process that changes the machine says so, and goes on when that has ended.
func TestMachineLockIsTold(t *testing.T) {
	fake := &fakeCLI{plugintest.NewCLI(t).WithEngine(t, func(*http.Request) (*http.Response, error) {
		return nil, errors.New("there is no engine")
	})}
	folder := filepath.Join(fake.Host().StateFolder(), "locks")
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	held := flock.New(filepath.Join(folder, "machine-"+fake.Host().Context()))
	assert.NilError(t, held.Lock())

	ended := make(chan error, 1)
	go func() { ended <- fake.run(t, "deinit") }()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if strings.Contains(fake.Stderr.String(), "waiting for another process that changes this machine") {
			return poll.Success()
		}
		return poll.Continue("told: %q", fake.Stderr.String())
	}, poll.WithTimeout(20*time.Second))
	assert.Equal(t, len(ended), 0, "it did not wait")
	assert.NilError(t, held.Unlock())
	err := <-ended // there is nothing that it could take away
	t.Log(err)
}
