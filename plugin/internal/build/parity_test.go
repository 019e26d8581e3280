package build

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// pythonImage is an image with so many packages of Python.
func pythonImage(t *testing.T, s *store.Store, p string, packages int) manifest.Image {
	t.Helper()
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	put := func(name, body string) {
		assert.NilError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}))
		_, err := io.WriteString(w, body)
		assert.NilError(t, err)
	}
	put("platform", p)
	for i := range packages {
		name := fmt.Sprintf("dep%02d", i)
		put("usr/lib/python3/dist-packages/"+name+"-1.dist-info/METADATA", "Name: "+name+"\nVersion: 1\n")
	}
	assert.NilError(t, w.Close())
	is := manifest.Image{Platform: plugintest.ParsePlatforms(t, p)[0]}
	config := plugintest.WriteJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{Platform: is.Platform})
	is.Manifest = plugintest.WriteJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest, Config: config,
		Layers: []ocispec.Descriptor{plugintest.WriteBlob(t, s, ocispec.MediaTypeImageLayer, layer.Bytes())},
	})
	return is
}

// auditedDraft is the test of a draft, of which the images are only audited.
func auditedDraft(t *testing.T, s *store.Store, cli *plugintest.CLI, policy trial.Parity) *DraftTest {
	t.Helper()
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	plan := planOf(t)
	plan.Mode, plan.Parity, plan.Jobs = trial.Audit, policy, 2
	test, err := OpenDraft(cli.Host(), s, plan, d)
	assert.NilError(t, err)
	assert.NilError(t, test.Try(t.Context(), plugintest.PlainDisplay(t, io.Discard)))
	return test
}

// A platform that lacks four fifths of what another has is told of, and where they have to be the same app, it fails:
// in the draft, and at the gate. What is meant is allowed.
func TestPlatformThatLacksMost(t *testing.T) {
	cli := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, cli)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		pythonImage(t, s, "linux/amd64", 50), pythonImage(t, s, "linux/arm64", 10))
	said := auditedDraft(t, s, cli, trial.Parity{}).rows
	assert.Equal(t, len(said[0].Differences), 0)
	assert.Equal(t, said[1].Differences[0].Text, "lacks 40 of 50 packages: dep10, dep11, dep12 and 37 more")
	assert.Equal(t, len(said[1].Differences[0].Missing), 40)
	assert.Equal(t, said[1].Audit.Read, 1)
	assert.Equal(t, said[1].State, draft.Untested)
	assert.Equal(t, len(said[1].Audit.Errors()), 0)

	failed := auditedDraft(t, s, cli, trial.Parity{Required: true})
	assert.Equal(t, failed.rows[0].State, draft.Untested)
	assert.Equal(t, failed.rows[1].State, draft.Failed)
	assert.Equal(t, failed.rows[1].Audit.Read, 0, "what was kept of the layers is enough")
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.Equal(t, d.Notes["linux/arm64"].State, draft.Failed)
	assert.ErrorContains(t, shutFor(t, s, d), "linux/arm64 failed: audit: not the same app as linux/amd64; "+
		"it lacks 40 of 50 packages: dep10, dep11, dep12 and 37 more")

	allow, err := parity.ParseAllowed([]string{"python:dep*"})
	assert.NilError(t, err)
	meant := auditedDraft(t, s, cli, trial.Parity{Required: true, Allow: allow})
	assert.Equal(t, len(meant.rows[1].Differences), 0)
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(fmt.Sprint(shutFor(t, s, d)), "failed"), "what is meant is recorded nowhere yet")
	auditedDraft(t, s, cli, trial.Parity{}) // nor is it by leaving the flag out
	d, err = s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(fmt.Sprint(shutFor(t, s, d)), "linux/arm64 failed: audit: not the same app"))
}

// A platform that is built alone is compared with what the draft holds of the others.
func TestOnePlatformIsComparedWithTheKept(t *testing.T) {
	cli := plugintest.NewCLI(t)
	s := plugintest.OpenStore(t, cli)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64,linux/arm64",
		pythonImage(t, s, "linux/amd64", 50), pythonImage(t, s, "linux/arm64", 10))
	d, err := s.Draft(t.Context(), plugintest.Named(t, "app:1"))
	assert.NilError(t, err)
	plan := planOf(t, "linux/arm64")
	plan.Mode, plan.Parity.Required, plan.Jobs = trial.Audit, true, 1
	test, err := OpenDraft(cli.Host(), s, plan, d)
	assert.NilError(t, err)
	assert.NilError(t, test.Try(t.Context(), plugintest.PlainDisplay(t, io.Discard)))
	assert.Equal(t, len(test.rows), 1)
	assert.Equal(t, test.rows[0].State, draft.Failed)
}
