package trial

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An error of the audit is a failed test, and recorded as one.
func TestAuditFailureIsRecorded(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	b, _ := auditingBench(t, io.Discard)
	image := plugintest.ProgramsOf(t, s, "linux/arm64", "/app", "/other")
	o := b.Try(t.Context(), b.Shelf(s, nil).Subject(image))
	assert.Equal(t, o.State, draft.Failed)
	assert.Equal(t, o.Stage(), StageTest)
	assert.Check(t, strings.HasPrefix(o.Failure(), "audit: /app: x86-64 executable; it is the entrypoint"), o.Failure())
	assert.Check(t, strings.HasSuffix(o.Failure(), "(and 1 more)"), o.Failure())
	kept, err := KeepRecord(t.Context(), s, image.Image, "docker.io/library/app:1", o)
	assert.NilError(t, err)
	rec, ok, err := record.Of(t.Context(), s, kept)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec, record.Result{
		Result: record.Failed, Failed: []string{"audit"},
		Configuration: []record.Setting{{Name: "audit", Value: audit.Rules}, {Name: "allow-foreign", Value: ""}},
	})
}

// The log of an audit that failed names the files: it is what a display unfolds.
func TestAuditFailureIsLogged(t *testing.T) {
	var found audit.Report
	for i := range shownErrors + 2 {
		found.Findings = append(
			found.Findings,
			audit.Finding{Path: fmt.Sprintf("/lib/%02d.so", i), What: "x", Severity: audit.Error},
		)
	}
	shown := &logged{}
	_, err := ShowAudit(shown, plugintest.Linux("arm64", ""), func() (audit.Report, error) { return found, nil })
	assert.NilError(t, err)
	assert.Check(t, strings.HasPrefix(shown.text, "error: /lib/00.so: x"), shown.text)
	assert.Check(t, strings.HasSuffix(shown.text, "\nerror: and 2 more\n"), shown.text)
	assert.Equal(t, strings.Count(shown.text, "\n"), shownErrors+1)
}

// logged keeps the logs of what it displays.
type logged struct {
	progress.Writer
	text string
}

func (l *logged) Write(status *client.SolveStatus) {
	for _, log := range status.Logs {
		l.text += string(log.Data)
	}
}

// What is allowed does not fail. The record of the failure before stays until tests that pass record what was allowed,
// and so does that of a test that failed.
func TestAuditPasses(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	image := plugintest.ProgramsOf(t, s, "linux/arm64", "/opt/app")
	tried := func(b *Bench) Outcome {
		o := b.Try(t.Context(), b.Shelf(s, nil).Subject(image))
		var err error
		image.Image, err = KeepRecord(t.Context(), s, image.Image, "docker.io/library/app:1", o)
		assert.NilError(t, err)
		return o
	}
	b, _ := auditingBench(t, io.Discard)
	assert.Equal(t, tried(b).State, draft.Failed)
	b, _ = auditingBench(t, io.Discard, "/opt/**")
	o := tried(b)
	assert.Equal(t, len(o.Audit.Errors()), 0)
	assert.Equal(t, o.State, draft.Untested)
	assert.Equal(t, o.Stage(), StageNone)
	rec, ok, err := record.Of(t.Context(), s, image.Image)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec.Failed, []string{record.AuditTest})

	image.Image = plugintest.Judged(t, s, image.Image, localtest.Failed)
	tried(b)
	rec, ok, err = record.Of(t.Context(), s, image.Image)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec.Failed, []string{"smoke test"})
}

// Notes are in the plain log.
func TestAuditNotesInTheLog(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	var log bytes.Buffer
	b, wait := auditingBench(t, &log, "app")
	b.Try(t.Context(), b.Shelf(s, nil).Subject(plugintest.ProgramsOf(t, s, "linux/arm64", "/app")))
	assert.NilError(t, wait())
	assert.Check(t, strings.Contains(log.String(), "[linux/arm64] audit"))
	assert.Check(t, strings.Contains(log.String(), "note: /app: x86-64 executable; allowed by --allow-foreign"))
}

// A whole base of another platform does not flood the terminal.
func TestAuditErrorIsBounded(t *testing.T) {
	s := plugintest.OpenStore(t, plugintest.NewCLI(t))
	var paths []string
	for i := range 3 * shownErrors {
		paths = append(paths, fmt.Sprintf("/bin/%03d", i))
	}
	b, _ := auditingBench(t, io.Discard)
	o := b.Try(t.Context(), b.Shelf(s, nil).Subject(plugintest.ProgramsOf(t, s, "linux/arm64", paths...)))
	lines := strings.Split(AuditError("linux/arm64", *o.Audit, "build").Error(), "\n")
	assert.Equal(t, len(lines), shownErrors+1)
	assert.Equal(t, lines[shownErrors],
		fmt.Sprintf("linux/arm64: audit: and %d more; docker -D multiplat build lists all", 2*shownErrors))
	t.Setenv("DEBUG", "1")
	assert.Equal(t, len(strings.Split(AuditError("linux/arm64", *o.Audit, "build").Error(), "\n")), 3*shownErrors)
}

// A damaged layer is a matter of integrity, whether it is another one or none.
func TestAuditOfDamagedLayer(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"cut":  func(path string) error { return os.Truncate(path, 100) },
		"gone": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			s := plugintest.OpenStore(t, plugintest.NewCLI(t))
			image := plugintest.ProgramsOf(t, s, "linux/arm64", "/app")
			layer := image.Manifest.Layers[0].Digest
			assert.NilError(t, damage(filepath.Join(s.Root(), "blobs", "sha256", layer.Encoded())))
			b, _ := auditingBench(t, io.Discard)
			o := b.Try(t.Context(), b.Shelf(s, nil).Subject(image))
			assert.Equal(t, o.State, draft.Broken)
			assert.ErrorContains(t, o.Err, layer.String())
			assert.Equal(t, failure.ExitCode(o.Err), failure.ExitIntegrity, "%v", o.Err)
		})
	}
}
