package plugin

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/command"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

func TestTestOptionsRefuseOddFactors(t *testing.T) {
	for _, v := range []string{"NaN", "+Inf"} {
		err := newFakeCLI(t).run(t, "build", "-t", "a", "--test-emulated-factor", v, plugintest.BuildContext(t))
		assert.Check(t, ExitCode(err) == failure.ExitInput, "%s %v", v, err)
	}
}

func TestInspectIndexWithoutItsParts(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app:1"
	d := plugintest.SavePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		gone := strings.HasSuffix(r.URL.Path, d.Images[0].Manifest.Digest.String())
		if gone {
			w.WriteHeader(404)
		}
		return gone
	})
	out, err := fake.inspect(t, name)
	assert.Check(t, err != nil)
	assert.Check(t, firstLine(out) != name+" (unpublished)", out)
}

func TestInspectUnfinishedDraft(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SavePassed(t, s, "app:1", "app")
	plugintest.SaveNote(t, s, "app:1", "linux/arm64", draft.UnfinishedNote())
	out, err := fake.inspect(t, "--local", "app:1")
	assert.NilError(t, err)
	assert.Check(t, strings.Count(out, "passed") == 1, out)
}

func TestExitCodeIntegrityBeforeInterrupt(t *testing.T) {
	assert.Check(t, ExitCode(errors.Join(context.Canceled, store.ErrCorrupt)) == 9)
}

func TestEmptyPlatformIsRefused(t *testing.T) {
	fake := newFakeCLI(t)
	fake.AddBuilder(t, "multiplat")
	err := fake.run(t, "build", "-t", "a", "--platform", "", plugintest.BuildContext(t))
	assert.Check(t, ExitCode(err) == 2, "%v %s", err, &fake.Stdout)
}

func TestWaiversAddUp(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(
		t,
		s,
		"127.0.0.1:1/app:1",
		"amd64,arm64",
		plugintest.UntestedImage(t, s, "linux/amd64", "a"),
		plugintest.UntestedImage(t, s, "linux/arm64", "a"),
	)
	err := fake.run(t, "publish", "--allow-untested=amd64", "--allow-untested=arm64", "127.0.0.1:1/app:1")
	assert.Check(t, ExitCode(err) != failure.ExitTests, "%v", err)
}

func TestBrokenMachineFile(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, machine.WriteRecord(command.HostOf(fake), machine.Record{}))
	assert.NilError(t, os.WriteFile(machine.RecordFile(command.HostOf(fake)), []byte("{"), 0o600))
	err := fake.run(t, "build", "-t", "app:1", plugintest.BuildContext(t))
	assert.Check(t, ExitCode(err) != 1, "%v", err)
	assert.NilError(t, os.WriteFile(machine.RecordFile(command.HostOf(fake)), []byte(`{"platforms":["vax"]}`), 0o600))
	err = fake.run(t, "build", "-t", "app:1", plugintest.BuildContext(t))
	assert.ErrorContains(t, err, "reading the platforms of docker multiplat init")
}

func TestDropRecordLeavesOthersAlone(t *testing.T) {
	s := plugintest.OpenStore(t, newFakeCLI(t))
	image := plugintest.UntestedImage(t, s, "linux/amd64", "a")
	body, _ := s.ReadBlob(t.Context(), *image.Attestation)
	indented := append(bytes.Clone(body), '\n')
	d := plugintest.WriteBlob(t, s, image.Attestation.MediaType, indented)
	d.Annotations, d.Platform = image.Attestation.Annotations, image.Attestation.Platform
	image.Attestation = &d
	same := plugintest.Judged(t, s, image, localtest.Inconclusive)
	assert.Check(t, same.Attestation.Digest == d.Digest)
}

func TestInspectMakesNoStore(t *testing.T) {
	fake := newFakeCLI(t)
	_, _ = fake.inspect(t, "--local", "app:1")
	_, err := os.Stat(command.StoreFolder(fake))
	assert.Check(t, os.IsNotExist(err))
}
