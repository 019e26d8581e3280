package view

import (
	"bytes"
	"encoding/json"
	stdlog "log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containerd/log"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/opencontainers/go-digest"
	"github.com/sirupsen/logrus"
	"gotest.tools/v3/assert"
	"k8s.io/klog/v2"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

func TestProgressMode(t *testing.T) {
	for _, tc := range []struct {
		name, env string
		options   Progress
		want      progressui.DisplayMode
		silent    bool
	}{
		{"default", "", Progress{Mode: "auto"}, progressui.AutoMode, false},
		{"environment", "plain", Progress{Mode: "auto"}, progressui.PlainMode, false},
		{"flag before environment", "plain", Progress{Mode: "tty"}, progressui.TtyMode, false},
		{"quiet by environment", "quiet", Progress{Mode: "auto"}, progressui.QuietMode, true},
		{"quiet before all", "plain", Progress{Mode: "auto", Quiet: true}, progressui.QuietMode, true},
		{"none, as docker buildx has it", "plain", Progress{Mode: "none"}, progressui.QuietMode, true},
		{"JSON is not to be mixed with words", "", Progress{Mode: "rawjson"}, progressui.RawJSONMode, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("BUILDKIT_PROGRESS", tc.env)
			assert.NilError(t, tc.options.Validate())
			assert.Equal(t, tc.options.display(), tc.want)
			assert.Equal(t, tc.options.Silent(), tc.silent)
		})
	}
	t.Setenv("BUILDKIT_PROGRESS", "fancy")
	err := (&Progress{Mode: "auto"}).Validate()
	assert.ErrorContains(t, err, `unknown progress mode "fancy" in BUILDKIT_PROGRESS; use auto, plain`)
	assert.Equal(t, failure.ExitCode(err), failure.ExitInput)
	assert.NilError(t, (&Progress{Mode: "plain"}).Validate())
	_, err = (&Progress{Mode: "tty"}).Open(t.Context(), plugintest.NewCLI(t), "building")
	assert.ErrorContains(t, err, `"tty"`)
	assert.Equal(t, failure.ExitCode(err), failure.ExitInput)
}

// Lines of libraries do not stand in the middle of what we say: those of HTTP are for nobody, a warning of buildx is
// shown in characters that can be seen.
func TestLibraryLogs(t *testing.T) {
	before, level, others := logrus.StandardLogger().Out, logrus.GetLevel(), stdlog.Writer()
	format := logrus.StandardLogger().Formatter
	t.Cleanup(func() {
		logrus.SetOutput(before)
		logrus.SetLevel(level)
		logrus.SetFormatter(format)
		stdlog.SetOutput(others)
	})
	fake := plugintest.NewCLI(t)
	var lines bytes.Buffer
	stdlog.SetOutput(&lines)
	QuietLibraries(fake)
	stdlog.Print("http2: server connection error from 127.0.0.1:1: PROTOCOL_ERROR")
	log.L.Warn("trying next host")
	logrus.Error("unable to upgrade connection: no route to host") // which its driver for Kubernetes returns as well
	logrus.Warn("Transient connection error to pod p (attempt 1/5): EOF. Retrying in 1s...")
	assert.Equal(t, errorOutput(t, func() {
		klog.ErrorS(nil, "Copying stdin failed")
		klog.Flush()
	}), "")
	assert.Equal(t, lines.String()+fake.Stderr.String(), "")
	logrus.Warnf("failed to do it: %s", "\x1b[2J\u009b31m\u202e\nERROR: forged")
	assert.Check(t, strings.Contains(fake.Stderr.String(), "failed to do it"), fake.Stderr.String())
	assert.Check(t, !strings.ContainsAny(fake.Stderr.String(), "\x1b\u009b\u202e"), "%q", fake.Stderr.String())
	assert.Check(t, !strings.Contains(fake.Stderr.String(), "\nERROR: forged"), "%q", fake.Stderr.String())
}

// errorOutput is what something writes on the standard error of the process, past the streams of the Docker CLI.
func errorOutput(t *testing.T, do func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	assert.NilError(t, err)
	before := os.Stderr                   //nolint:forbidigo // the library writes there
	os.Stderr = file                      //nolint:forbidigo // so it does
	defer func() { os.Stderr = before }() //nolint:forbidigo // as it was
	do()
	assert.NilError(t, file.Close())
	text, err := os.ReadFile(file.Name())
	assert.NilError(t, err)
	return string(text)
}

// BuildKit's own JSON says the same in characters that can be seen, and gives no commands to a CI.
func TestRawJSONOfHostileNames(t *testing.T) {
	const evil = "\u009b2J\u202e##[error]forged"
	fake := plugintest.NewCLI(t)
	display, err := (&Progress{Mode: "rawjson"}).Open(t.Context(), fake, "building")
	assert.NilError(t, err)
	now := time.Now()
	display.Write(&client.SolveStatus{Vertexes: []*client.Vertex{{
		Digest: digest.FromString("a"), Name: evil, Error: evil, Started: &now, Completed: &now,
	}}})
	assert.NilError(t, display.Wait())
	written := fake.Stderr.String()
	for _, raw := range []string{"\u009b", "\u202e", "##["} {
		assert.Check(t, !strings.Contains(written, raw), "%q in %q", raw, written)
	}
	var read client.SolveStatus
	assert.NilError(t, json.NewDecoder(strings.NewReader(written)).Decode(&read))
	assert.Equal(t, read.Vertexes[0].Name, evil)
	assert.Equal(t, read.Vertexes[0].Error, evil)
}
