package plugin

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A pipe that nobody writes to is refused wherever a file is named, at once and before anything is contacted.
func TestPipesInThePlaceOfFiles(t *testing.T) {
	fake := newFakeCLI(t)
	pipe, folder := filepath.Join(t.TempDir(), "pipe"), plugintest.BuildContext(t)
	assert.NilError(t, syscall.Mkfifo(pipe, 0o600))
	for _, args := range [][]string{
		{"init", "--buildkitd-config", pipe},
		{"init", "--driver-opt", "cacert=" + pipe},
		{"build", "-t", "a/b:1", "-f", pipe, folder},
		{"build", "-t", "a/b:1", "--secret", "id=a,src=" + pipe, folder},
		{"build", "-t", "a/b:1", "--ssh", "default=" + pipe, folder},
		{"build", "-t", "a/b:1", "--test-config", pipe, folder},
		{"build", "-t", "a/b:1", "--test-file", pipe, folder},
		{"test", "--test-config", pipe, "a/b:1"},
		{"test", "--test-file", pipe, "a/b:1"},
		{"check", "-f", pipe, folder},
		{"merge", "-t", "a/b:1", "--from", pipe},
		{"build", "-t", "a/b:1", "--metadata-file", pipe, folder},
		{"build", "-t", "a/b:1", "--iidfile", pipe, folder},
		{"publish", "--metadata-file", pipe, "a/b:1"},
	} {
		done := make(chan error, 1)
		go func() { done <- fake.run(t, args...) }()
		select {
		case err := <-done:
			assert.Check(t, ExitCode(err) == failure.ExitInput, "%v: %d %v", args, ExitCode(err), err)
			ofFile := err != nil &&
				(strings.Contains(err.Error(), "no regular file") || strings.Contains(err.Error(), "the Dockerfile "))
			assert.Check(t, ofFile, "%v: %v", args, err)
		case <-time.After(time.Minute):
			t.Fatalf("%v waits for the pipe", args)
		}
	}
}
