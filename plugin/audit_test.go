package plugin

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/util/progress/progressui"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// x86Program is the header of a static x86-64 program.
func x86Program() []byte {
	header := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 57)...)
	binary.LittleEndian.PutUint16(header[16:], 2)
	binary.LittleEndian.PutUint16(header[18:], 62)
	return header
}

// programsOf stores an image that starts the first of these programs, all of them for x86-64.
func programsOf(t *testing.T, s *store.Store, platform string, paths ...string) *built {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, path := range paths {
		header := &tar.Header{Name: path, Mode: 0o755, Size: int64(len(x86Program()))}
		assert.NilError(t, archive.WriteHeader(header))
		_, err := archive.Write(x86Program())
		assert.NilError(t, err)
	}
	assert.NilError(t, archive.Close())
	p := parsePlatforms(t, platform)[0]
	config := ocispec.Image{Platform: p, Config: ocispec.ImageConfig{Entrypoint: []string{paths[0]}}}
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: writeJSON(t, s, ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{writeBlob(t, s, ocispec.MediaTypeImageLayer, layer.Bytes())},
	}
	image := manifest.Image{Platform: p, Manifest: writeJSON(t, s, ocispec.MediaTypeImageManifest, m)}
	return &built{image: image, manifest: m, config: config}
}

// auditingBuild is a build of app:1 that audits; its plain progress is written to out.
func auditingBuild(t *testing.T, s *store.Store, out io.Writer, allow ...string) *building {
	t.Helper()
	b := buildingOf(t, s, "linux/arm64")
	display, err := progress.NewPrinter(context.WithoutCancel(t.Context()), out, progressui.PlainMode)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, display.Wait()) })
	b.display, b.auditor = display, newAuditor(s)
	b.plan.allowForeign, err = audit.ParseGlobs(allow)
	assert.NilError(t, err)
	return b
}

// audited audits an image as a build does and puts the outcome into the draft.
func (b *building) audited(t *testing.T, now *built) platformResult {
	t.Helper()
	row := platformResult{platform: now.image.Platform}
	assert.NilError(t, b.audit(t.Context(), now, &row))
	row.image = &now.image
	assert.NilError(t, b.announce(t.Context()))
	assert.NilError(t, b.note(t.Context(), row))
	b.results = []platformResult{row}
	return row
}

// An error of the audit is a failed test: recorded, exit code 5, and nothing to be published.
func TestAuditFailureShutsTheGate(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	b := auditingBuild(t, s, io.Discard)
	row := b.audited(t, programsOf(t, s, "linux/arm64", "/app", "/other"))
	assert.Equal(t, row.verdict, localtest.Failed)
	assert.Equal(t, row.auditState(), "failed")
	err := b.failed(stageTest)
	assert.Equal(t, ExitCode(err), exitTests)
	text := explained(err)
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /app: x86-64 executable; it is the entrypoint"))
	assert.Check(t, strings.Contains(text, "linux/arm64: audit: /other: x86-64 executable"))
	assert.Check(t, strings.Contains(text, "app:1 cannot be published like this. No tag was touched."))
	assert.Check(t, strings.Contains(text, "next: docker multiplat build -t app:1 --allow-foreign GLOB PATH"))

	rec, ok, err := record.Of(t.Context(), s, *row.image)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.Equal(t, rec.Result, record.Failed)
	assert.DeepEqual(t, rec.Configuration, []record.Setting{
		{Name: "audit", Value: audit.Rules}, {Name: "allow-foreign", Value: ""},
	})
	draft, err := s.Draft(t.Context(), named(t, "app:1"))
	assert.NilError(t, err)
	for waiver, opens := range map[string]bool{"": false, allPlatforms: false, "linux/arm64": true} {
		var options gateOptions
		if waiver != "" {
			options.allowUntested = []string{waiver}
		}
		policy, err := options.parse()
		assert.NilError(t, err)
		_, err = passDraft(t.Context(), policy, s, draft, nil)
		if opens {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorContains(t, err, "linux/arm64 failed: audit: /app: x86-64 executable; it is the entrypoint")
		assert.ErrorContains(t, err, "(and 1 more)")
	}
}

// What is allowed does not fail, and takes away the record of the failure before; the record of a test that failed
// stays.
func TestAuditPasses(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	now := programsOf(t, s, "linux/arm64", "/opt/app")
	auditingBuild(t, s, io.Discard).audited(t, now)
	b := auditingBuild(t, s, io.Discard, "/opt/**")
	row := b.audited(t, now)
	assert.Equal(t, row.auditState(), "ok")
	assert.Equal(t, string(row.verdict), "")
	assert.NilError(t, b.failed(stageTest))
	_, ok, err := record.Of(t.Context(), s, *row.image)
	assert.NilError(t, err)
	assert.Assert(t, !ok)

	now.image = judged(t, s, now.image, localtest.Failed)
	row = b.audited(t, now)
	rec, ok, err := record.Of(t.Context(), s, *row.image)
	assert.NilError(t, err)
	assert.Assert(t, ok)
	assert.DeepEqual(t, rec.Failed, []string{"smoke test"})
}

// Notes are in the plain log, and at the end for those who asked for more.
func TestAuditNotes(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	var log bytes.Buffer
	b := auditingBuild(t, s, &log, "app")
	b.dockerCLI = fake
	b.audited(t, programsOf(t, s, "linux/arm64", "/app"))
	const note = "/app: x86-64 executable; allowed by --allow-foreign"
	b.auditNotes()
	assert.Equal(t, fake.stderr.String(), "")
	t.Setenv("DEBUG", "1")
	b.auditNotes()
	assert.Check(t, strings.Contains(fake.stderr.String(), "linux/arm64: note: "+note))
	assert.NilError(t, b.display.(*progress.Printer).Wait())
	assert.Check(t, strings.Contains(log.String(), "[linux/arm64] audit"))
	assert.Check(t, strings.Contains(log.String(), "note: "+note))
}

// A whole base of another platform does not flood the terminal.
func TestAuditErrorIsBounded(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	var paths []string
	for i := range 3 * shownErrors {
		paths = append(paths, fmt.Sprintf("/bin/%03d", i))
	}
	row := auditingBuild(t, s, io.Discard).audited(t, programsOf(t, s, "linux/arm64", paths...))
	t.Setenv("DEBUG", "1")
	assert.Equal(t, len(strings.Split(auditError("linux/arm64", row.audit, "build").Error(), "\n")), 3*shownErrors)
	lines := strings.Split(row.err.Error(), "\n")
	assert.Equal(t, len(lines), shownErrors+1)
	assert.Equal(t, lines[shownErrors],
		fmt.Sprintf("linux/arm64: audit: and %d more; docker -D multiplat build lists all", 2*shownErrors))
}

// What is not there cannot be allowed.
func TestAuditHint(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	b := auditingBuild(t, s, io.Discard)
	assert.Equal(t, b.afterAudit(), "")
	now := programsOf(t, s, "linux/amd64", "/app")
	now.image.Platform = parsePlatforms(t, "linux/arm64")[0] // under a label that its config does not have
	b.audited(t, now)
	assert.Equal(t, b.afterAudit(), "docker multiplat build -t app:1 PATH   (with the Dockerfile mended)")
}

// A damaged layer is a matter of integrity, whether it is another one or none.
func TestAuditOfDamagedLayer(t *testing.T) {
	for name, damage := range map[string]func(string) error{
		"cut":  func(path string) error { return os.Truncate(path, 100) },
		"gone": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, newFakeCLI(t))
			now := programsOf(t, s, "linux/arm64", "/app")
			layer := now.manifest.Layers[0].Digest
			assert.NilError(t, damage(filepath.Join(s.Root(), "blobs", "sha256", layer.Encoded())))
			err := auditingBuild(t, s, io.Discard).audit(t.Context(), now, &platformResult{})
			assert.ErrorContains(t, err, layer.String())
			assert.Equal(t, ExitCode(err), exitIntegrity, "%v", err)
		})
	}
}

func TestAllowForeignRefusals(t *testing.T) {
	folder := buildContext(t)
	assertRefused(t, []refusal{
		{
			"a pattern that is none",
			[]string{"build", "-t", "app:1", "--allow-foreign", "/opt/[", folder},
			[]string{`--allow-foreign "/opt/["`, "such as /opt/firmware/**"},
		},
		{
			"an exclusion",
			[]string{"build", "-t", "app:1", "--allow-foreign", "!/opt", folder},
			[]string{`--allow-foreign "!/opt"`},
		},
	})
}
