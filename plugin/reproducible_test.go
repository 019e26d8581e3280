package plugin

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// builtAgain is a tested image with the record of a second build.
func builtAgain(t *testing.T, s *store.Store, platform, result string) manifest.Image {
	t.Helper()
	again := record.Reproduction{Result: result}
	if result == record.Differs {
		again.Differences = []record.Difference{{Layer: 2, Path: "etc/stamp", Cause: "time"}}
	}
	image, err := record.AddReproduction(t.Context(), s, plugintest.PassedImage(t, s, platform, "app"), "app", again)
	assert.NilError(t, err)
	return image
}

// What no second build has made again is refused where that is asked for, with the command that looks; a waiver of
// tests does not open the way. What is published is looked at by verify, and by no gate.
func TestRequireReproducible(t *testing.T) {
	fake, r := newFakeCLI(t), newFakeRegistry(t)
	s := plugintest.OpenStore(t, fake)
	name := r.Host + "/team/app:1"
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64", builtAgain(t, s, "linux/amd64", record.Differs),
		plugintest.PassedImage(t, s, "linux/arm64", "app"))
	log := r.Count()
	_, err := fake.publish(t, "--require-reproducible", "--allow-untested=linux/amd64,linux/arm64", name)
	assert.Error(t, err, "linux/amd64 is not reproducible: a second build has made another image\n"+
		"linux/arm64 has no record that a second build has made the same image")
	assert.Equal(t, failure.ExitCode(err), failure.ExitTests)
	told, ok := errors.AsType[*failure.Error](err)
	assert.Assert(t, ok)
	assert.Check(t, strings.HasPrefix(told.Next, "docker multiplat build --reproducible --test-local --platform "+
		"linux/amd64,linux/arm64 -t "+name+" .   (once what differs is mended"), told.Next)
	assert.Equal(t, len(log.Matching("PUT")), 0)

	_, err = fake.publish(t, name)
	assert.NilError(t, err)
	_, err = fake.command(t, "verify", "--require-reproducible", name)
	assert.ErrorContains(t, err, "linux/amd64: a second build has made another image\n"+
		"linux/arm64: it has no record that a second build has made the same image")
	assert.Equal(t, failure.ExitCode(err), failure.ExitIntegrity)
	plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64", builtAgain(t, s, "linux/amd64", record.Reproduced),
		builtAgain(t, s, "linux/arm64", record.Reproduced))
	_, err = fake.publish(t, "--require-reproducible", name)
	assert.NilError(t, err)
	said, err := fake.command(t, "verify", "--require-reproducible", name)
	assert.NilError(t, err)
	assert.Equal(t, strings.Count(said, "reproduced"), 2, said)
	// what a registry says is no proof: only a draft opens the gate
	for _, verb := range []string{"merge", "promote"} {
		_, err = fake.command(t, verb, "--require-reproducible")
		assert.ErrorContains(t, err, "unknown flag: --require-reproducible")
	}
}

// What came of a second build is shown.
func TestInspectShowsReproduction(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, "team/app:1", "linux/amd64,linux/arm64", builtAgain(t, s, "linux/amd64", record.Differs),
		builtAgain(t, s, "linux/arm64", record.Reproduced))
	said, err := fake.inspect(t, "--local", "team/app:1")
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(said, "differs when built again"), said)
	assert.Assert(t, strings.Contains(said, "reproduced"), said)
	said, err = fake.inspect(t, "--local", "--format", "{{range .Draft.Platforms}}{{.Reproduction}} "+
		"{{range .Differences}}{{.Layer}}{{.Path}}{{.Cause}}{{end}};{{end}}", "team/app:1")
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(said), "differs 2etc/stamptime;reproduced ;")
}

// Bad input is told before anything is looked at.
func TestReproduceRefusesBadInput(t *testing.T) {
	fake := newFakeCLI(t)
	s := plugintest.OpenStore(t, fake)
	image := plugintest.UntestedImage(t, s, "linux/amd64", "app")
	plugintest.SaveDraft(t, s, "team/app:1", "linux/amd64", image)
	plugintest.SaveNote(t, s, "team/app:1", "linux/amd64", draft.Note{Source: map[string]string{"argument V": "abcd"}})
	folder := plugintest.BuildContext(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"team/app:1"}, "team/app:1 was built from a folder; name it: docker multiplat reproduce team/app:1 PATH"},
		{[]string{"team/app:1", folder}, "team/app:1 was built with the argument V, whose value is not recorded; give it " +
			"with --build-arg V=VALUE"},
		{[]string{"--build-arg", "V=1", "team/app:1", folder}, "team/app:1 was built from other inputs: "},
		{[]string{"--reproducible=soon", "team/app:1", folder}, "--reproducible=soon is no time"},
		{[]string{"--platform", "linux/s390x", "team/app:1", folder}, "linux/s390x"},
		{[]string{"--jobs", "-1", "team/app:1", folder}, "--jobs -1 is less than 0"},
		{[]string{"--format", "xml", "team/app:1", folder}, `"xml"`},
		{[]string{"oci-layout://" + folder}, "which has no name to be built under"},
		{[]string{"draft://team/other:1", folder}, "team/other:1"},
		{[]string{"team/app:1", folder + "/none"}, "is neither a folder nor a URL"},
	} {
		_, err := fake.command(t, append([]string{"reproduce"}, tc.args...)...)
		assert.ErrorContains(t, err, tc.want)
		assert.Equal(t, failure.ExitCode(err), failure.ExitInput, "%v: %v", tc.args, err)
	}
}

// A build that is to have the time of a commit is refused where there is none.
func TestBuildReproducible(t *testing.T) {
	fake := newFakeCLI(t)
	folder := plugintest.BuildContext(t)
	_, err := fake.command(t, "build", "--dry-run", "--reproducible", "-t", "app:1", folder)
	assert.ErrorContains(t, err, "is of no commit; give a time with --reproducible=SECONDS")
	assert.Equal(t, failure.ExitCode(err), failure.ExitInput)
}
