package plugin

import (
	"fmt"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// command runs `docker multiplat ARGS` and returns what it wrote to stdout.
func (f *fakeCLI) command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	f.Stdout.Reset()
	f.Stderr.Reset()
	err := f.run(t, args...)
	return f.Stdout.String(), err
}

// Plain images of all sorts get the platform of their config, and cost two requests each and six besides, without tags
// for each.
func TestMergePlainImages(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	platforms := []ocispec.Platform{
		plugintest.Linux("amd64", ""), plugintest.Windows("10.0.17763.1"), plugintest.Windows("10.0.20348.1"),
		plugintest.Linux("arm", "v6"), plugintest.Linux("arm", "v7"), plugintest.Linux("arm64", "v8"),
	}
	args := []string{"merge", "--allow-untested", "--arch-tags", "none", "-t", registry.Host + "/team/app:1"}
	for i, p := range platforms {
		registry.Image(t, "team/app", fmt.Sprint("part", i), "app"+p.OSVersion, p)
		args = append(args, registry.Host+"/team/app:part"+fmt.Sprint(i))
	}
	log := registry.Count()
	out, err := fake.command(t, args...)
	assert.NilError(t, err, fake.Stderr.String())
	assert.Equal(t, out, registry.Host+"/team/app:1@"+registry.DigestAt(t, "team/app", "1").String()+"\n")
	index := registry.Index(t, "1")
	assert.DeepEqual(t, plugintest.PlatformsListed(index), []string{
		"linux/amd64", "windows/amd64 10.0.17763.1", "windows/amd64 10.0.20348.1",
		"linux/arm/v6", "linux/arm/v7", "linux/arm64",
	})
	assert.DeepEqual(t, index.Manifests[1].Platform.OSFeatures, []string{"win32k"})
	n := len(platforms)
	assert.Check(t, len(log.Lines) <= 2*n+4, "%d requests for %d images: %v", len(log.Lines), n, log.Lines)
	assert.Equal(t, len(log.Matching("PUT /v2/team/app/manifests/1")), 1)
}

// mergeOfThree publishes the drafts NAME:ARCH that draft makes, and merges them as NAME:1 with no more requests than
// three for each and four besides, without tags for each.
func mergeOfThree(t *testing.T, fake *fakeCLI, r *fakeRegistry, draft func(arch string), flags ...string) {
	t.Helper()
	name := r.Host + "/team/app"
	args := append([]string{"merge", "--arch-tags", "none", "-t", name + ":1"}, flags...)
	for _, arch := range []string{"amd64", "arm64", "s390x"} {
		draft(arch)
		_, err := fake.publish(t, name+":"+arch)
		assert.NilError(t, err)
		args = append(args, name+":"+arch)
	}
	log := r.Count()
	_, err := fake.command(t, args...)
	assert.NilError(t, err, fake.Stderr.String())
	r.Intercept(nil)
	assert.Check(t, len(log.Lines) <= 3*3+4, "%d requests: %v", len(log.Lines), log.Lines)
	r.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64", "linux/s390x")
}

// Images with attestations, tested, cost three requests each and four besides; attestations and records are kept.
func TestMergeTestedIndexes(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	mergeOfThree(t, fake, registry, func(arch string) {
		plugintest.SaveDraft(t, s, name+":"+arch, arch, plugintest.PassedImage(t, s, arch, "app"))
	})
	assert.Equal(t, len(registry.Index(t, "1").Manifests), 6)
	_, err := fake.command(t, "verify", "--require-tested", "--deep", name+":1")
	assert.NilError(t, err)
}

// What is untested is refused with its name; a waiver with a reason is recorded in the merged image.
func TestMergeGate(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	registry.Image(t, "team/app", "b", "app", plugintest.Linux("arm64", ""))
	_, err := fake.command(t, "merge", "-t", name+":1", name+":a", name+":b")
	assert.Equal(t, ExitCode(err), 5)
	assert.ErrorContains(t, err, "linux/amd64 of "+name+":a is untested")
	assert.ErrorContains(t, err, "linux/arm64 of "+name+":b is untested")
	assert.Equal(t, string(registry.DigestAt(t, "team/app", "1")), "")

	_, err = fake.command(t, "merge", "--allow-untested", "--reason", "no board", "-t", name+":1", name+":a", name+":b")
	assert.NilError(t, err, fake.Stderr.String())
	out, err := fake.command(
		t,
		"inspect",
		"--remote",
		"--format",
		"{{range .Published.Platforms}}{{.Reason}};{{end}}",
		name+":1",
	)
	assert.NilError(t, err)
	assert.Equal(t, out, "no board;no board;\n")
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
}

// Sources of other repositories and registries are copied whole.
func TestMergeCopies(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	near.Image(t, "team/other", "a", "app", plugintest.Linux("amd64", ""))
	far.Image(t, "team/app", "b", "app", plugintest.Linux("arm64", ""))
	_, err := fake.command(t, "merge", "--allow-untested", "-t", near.Host+"/team/app:1", "-t", near.Host+"/team/app:2",
		"-t", far.Host+"/copy/app:1", near.Host+"/team/other:a", far.Host+"/team/app:b")
	assert.NilError(t, err, fake.Stderr.String())
	near.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
	far.AssertServes(t, "copy/app", "1", "linux/amd64", "linux/arm64")
	assert.Equal(t, near.DigestAt(t, "team/app", "2"), far.DigestAt(t, "copy/app", "1"))
}

// A list of platforms selects, and each has to be there; two images of one platform are a mistake.
func TestMergeChooses(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	registry.Image(t, "team/app", "b", "app", plugintest.Linux("arm64", ""))
	registry.Image(t, "team/app", "c", "another", plugintest.Linux("arm64", ""))
	merge := []string{"merge", "--allow-untested", "-t", name + ":1"}
	_, err := fake.command(t, append(merge, "--platform", "arm64,amd64", name+":a", name+":b")...)
	assert.NilError(t, err)
	assert.DeepEqual(t, plugintest.PlatformsListed(registry.Index(t, "1")), []string{"linux/arm64", "linux/amd64"})

	_, err = fake.command(t, append(merge, "--platform", "arm64,s390x", name+":a", name+":b")...)
	assert.Equal(t, ExitCode(err), 5)
	assert.ErrorContains(t, err, "no source has linux/s390x; they have linux/amd64, linux/arm64")
	_, err = fake.command(t, append(merge, name+":b", name+":c")...)
	assert.Equal(t, ExitCode(err), 2)
	assert.ErrorContains(t, err, name+":b and "+name+":c both have it; leave one of them out")
	_, err = fake.command(t, append(merge, name+":b", name+":1")...)
	assert.Equal(t, ExitCode(err), 0, "%v", err) // it is the same image
	_, err = fake.command(t, append(merge, name+":1", name+":c")...)
	assert.ErrorContains(
		t,
		err,
		name+":1 and "+name+":c both have it; leave one of them out, or take the platforms of an "+
			"index one by one, as NAME@DIGEST",
	)
}

// The same platform is replaced, the others are carried over and need no waiver; what is not there is no base.
func TestMergeAmends(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SaveDraft(t, s, name+":new", "arm64", plugintest.PassedImage(t, s, "arm64", "new"))
	_, err := fake.publish(t, name+":new")
	assert.NilError(t, err)
	live := registry.Image(t, "team/app", "1", "old", plugintest.Linux("amd64", ""))

	_, err = fake.command(t, "merge", "-t", name+":1", name+":new")
	assert.Equal(t, ExitCode(err), 9)
	assert.ErrorContains(t, err, "it would lose linux/amd64")
	_, err = fake.command(t, "merge", "--amend", "-t", name+":1", name+":new")
	assert.NilError(t, err)
	fake.assertSaid(t, "linux/amd64 carried, no record")
	index := registry.Index(t, "1")
	assert.DeepEqual(t, plugintest.PlatformsListed(index), []string{"linux/amd64", "linux/arm64"})
	assert.Equal(t, index.Manifests[0].Digest, live.Digest)

	_, err = fake.command(t, "merge", "--amend=0.9", "-t", name+":2", name+":new")
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(fake.Stderr.String(), "there is no "+name+":0.9 to carry platforms over from"))
	registry.AssertServes(t, "team/app", "2", "linux/arm64")
}

// A Docker list holds what it can, and what it cannot is refused.
func TestMergeMediaTypes(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name := registry.Host + "/team/app"
	registry.Image(t, "team/app", "a", "app", plugintest.Linux("arm", "v7"))
	merge := []string{"merge", "--allow-untested", "--media-type", "docker", "-t", name + ":1"}
	_, err := fake.command(t, append(merge, name+":a")...)
	assert.NilError(t, err)
	assert.Equal(
		t,
		registry.Index(t, "1").MediaType,
		"application/vnd.docker.distribution.manifest.list.v2+json",
	)
	_, err = fake.command(t, append(merge, "--annotation", "index:a=b", name+":a")...)
	assert.Equal(t, ExitCode(err), 2)
	assert.ErrorContains(t, err, "it has no annotations; use an OCI index")

	_, err = fake.command(t, "merge", "--allow-untested", "--allow-shrink", "-t", name+":1", "--annotation", "index:a=b",
		"--annotation", "manifest-descriptor[linux/arm/v6]:c=d", "--set-platform", "linux/arm/v7=variant=v6", name+":a")
	assert.NilError(t, err)
	index := registry.Index(t, "1")
	assert.Equal(t, index.Annotations["a"], "b")
	assert.Equal(t, index.Manifests[0].Annotations["c"], "d")
	assert.DeepEqual(t, plugintest.PlatformsListed(index), []string{"linux/arm/v6"})
	_, err = fake.command(t, "verify", name+":1") // it differs from its config on purpose
	assert.NilError(t, err)
}

func TestMergeOfADraft(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":draft", "app")
	_, err := fake.command(t, "merge", "-t", name+":1", name+":draft")
	assert.Equal(t, ExitCode(err), 7)
	assert.ErrorContains(t, err, name+":draft is a draft only, not in its registry")
}

// Folders that hold an OCI layout are sources too, with the records in them.
func TestMergeOfLayouts(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s := plugintest.OpenStore(t, fake) // which is an OCI layout
	amd64 := plugintest.SaveDraft(t, s, "app:a", "amd64", plugintest.PassedImage(t, s, "amd64", "app"))
	plugintest.SaveDraft(t, s, "app:b", "arm64", plugintest.PassedImage(t, s, "arm64", "app"))
	folder, name := "oci-layout://"+s.Root(), registry.Host+"/team/app:1"
	_, err := fake.command(t, "merge", "-t", name, folder+"@"+amd64.Index.Digest.String(), folder+":b")
	assert.NilError(t, err, fake.Stderr.String())
	registry.AssertServes(t, "team/app", "1", "linux/amd64", "linux/arm64")
	_, err = fake.command(t, "verify", "--require-tested", "--deep", name)
	assert.NilError(t, err)

	_, err = fake.command(t, "merge", "-t", name, folder)
	assert.Equal(t, ExitCode(err), 2)
	assert.ErrorContains(t, err, "the layout holds several images")
	_, err = fake.command(t, "merge", "-t", name, folder+":gone")
	assert.Equal(t, ExitCode(err), 7)
	_, err = fake.command(t, "merge", "-t", name, "oci-layout://"+t.TempDir())
	assert.Equal(t, ExitCode(err), 2) // a wrong path, and no damaged layout
}

func TestMergeRefusesBadInput(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"app:a"}, "give it with -t NAME:TAG"},
		{[]string{"-t", "app:1"}, "name at least one SOURCE"},
		{[]string{"-t", "app:1", "a//b"}, `invalid reference "a//b"`},
		{[]string{"-t", "app:1", "oci-layout://"}, "no folder in"},
		{[]string{"-t", "app:1", "oci-layout://x@sha256:1"}, "invalid digest in"},
		{[]string{"-t", "app:1", "oci-layout:///no/such:1"}, `there is no folder "/no/such"`},
		{[]string{"-t", "app:1", "oci-layout://testdata"}, `"testdata" has no oci-layout, no index.json and no blobs`},
		{[]string{"-t", "app:1", "oci-layout:///" + strings.Repeat("a", 300)}, "file name too long"},
		{[]string{"-t", "app:1", "oci-layout:///dev/null/x"}, "not a directory"},
		{[]string{"-t", "app:1", "oci-layout://merge_test.go"}, "is a file; unpack it first, as with mkdir FOLDER && tar -xf merge_test.go -C FOLDER"},
		{[]string{"-t", "app:1", "--media-type", "tar", "app:a"}, `unknown --media-type "tar"`},
		{[]string{"-t", "app:1", "--set-platform", "linux/arm", "app:a"}, "nothing to set"},
		{[]string{"-t", "app:1", "--set-platform", "linux/arm=cpu=6", "app:a"}, `unknown field "cpu"`},
		{[]string{"-t", "app:1", "--annotation", "a=b", "app:a"}, "would change an image"},
		{[]string{"-t", "app:1", "--from", "no-such-file"}, "no-such-file"},
		{[]string{"-t", "app:1", "--amend=A//b", "app:a"}, `invalid reference "A//b"`},
	} {
		t.Run(tc.want, func(t *testing.T) {
			_, err := newFakeCLI(t).command(t, append([]string{"merge"}, tc.args...)...)
			assert.ErrorContains(t, err, tc.want)
			assert.Equal(t, ExitCode(err), 2)
		})
	}
}

// A folder that holds no layout is found out before a registry is asked anything.
func TestMergeLooksAtFoldersFirst(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	log := near.Count()
	_, err := fake.command(t, "merge", "-t", near.Host+"/team/app:1", "oci-layout://"+t.TempDir())
	assert.Equal(t, ExitCode(err), 2)
	assert.Equal(t, len(log.Matching("")), 0)
}
