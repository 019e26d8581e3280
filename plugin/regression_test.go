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
)

func TestTestOptionsRefuseOddFactors(t *testing.T) {
	for _, v := range []string{"NaN", "+Inf"} {
		err := newFakeCLI(t).run(t, "build", "-t", "a", "--test-emulated-factor", v, buildContext(t))
		assert.Check(t, ExitCode(err) == exitInput, "%s %v", v, err)
	}
}

func TestInspectIndexWithoutItsParts(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := openStore(t, fake), registry.host+"/team/app:1"
	d := savePassed(t, s, name, "app")
	_, err := fake.publish(t, name)
	assert.NilError(t, err)
	registry.intercept(func(w http.ResponseWriter, r *http.Request) bool {
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
	s := openStore(t, fake)
	savePassed(t, s, "app:1", "app")
	saveNote(t, s, "app:1", "linux/arm64", draft.UnfinishedNote())
	out, err := fake.inspect(t, "--local", "app:1")
	assert.NilError(t, err)
	assert.Check(t, strings.Count(out, "passed") == 1, out)
}

func TestExitCodeIntegrityBeforeInterrupt(t *testing.T) {
	assert.Check(t, ExitCode(errors.Join(context.Canceled, store.ErrCorrupt)) == 9)
}

func TestEmptyPlatformIsRefused(t *testing.T) {
	fake := newFakeCLI(t)
	fake.addBuilder(t, "multiplat")
	err := fake.run(t, "build", "-t", "a", "--platform", "", buildContext(t))
	assert.Check(t, ExitCode(err) == 2, "%v %s", err, &fake.stdout)
}

func TestWaiversAddUp(t *testing.T) {
	fake := newFakeCLI(t)
	s := openStore(t, fake)
	saveDraft(
		t,
		s,
		"127.0.0.1:1/app:1",
		"amd64,arm64",
		untestedImage(t, s, "linux/amd64", "a"),
		untestedImage(t, s, "linux/arm64", "a"),
	)
	err := fake.run(t, "publish", "--allow-untested=amd64", "--allow-untested=arm64", "127.0.0.1:1/app:1")
	assert.Check(t, ExitCode(err) != exitTests, "%v", err)
}

func TestBrokenMachineFile(t *testing.T) {
	fake := newFakeCLI(t)
	assert.NilError(t, writeMachine(hostOf(fake), machineRecord{}))
	assert.NilError(t, os.WriteFile(machineFile(hostOf(fake)), []byte("{"), 0o600))
	err := fake.run(t, "build", "-t", "app:1", buildContext(t))
	assert.Check(t, ExitCode(err) != 1, "%v", err)
	assert.NilError(t, os.WriteFile(machineFile(hostOf(fake)), []byte(`{"platforms":["vax"]}`), 0o600))
	err = fake.run(t, "build", "-t", "app:1", buildContext(t))
	assert.ErrorContains(t, err, "reading the platforms of docker multiplat init")
}

func TestDropRecordLeavesOthersAlone(t *testing.T) {
	s := openStore(t, newFakeCLI(t))
	image := untestedImage(t, s, "linux/amd64", "a")
	body, _ := s.ReadBlob(t.Context(), *image.Attestation)
	indented := append(bytes.Clone(body), '\n')
	d := writeBlob(t, s, image.Attestation.MediaType, indented)
	d.Annotations, d.Platform = image.Attestation.Annotations, image.Attestation.Platform
	image.Attestation = &d
	same := judged(t, s, image, localtest.Inconclusive)
	assert.Check(t, same.Attestation.Digest == d.Digest)
}

func TestInspectMakesNoStore(t *testing.T) {
	fake := newFakeCLI(t)
	_, _ = fake.inspect(t, "--local", "app:1")
	_, err := os.Stat(storeFolder(fake))
	assert.Check(t, os.IsNotExist(err))
}
