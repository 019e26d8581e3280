package plugin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/shlex"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// printed finds what a text says to run after a word, and splits it as a shell does.
func printed(t *testing.T, text, word string) []string {
	t.Helper()
	_, line, found := strings.Cut(text, "  "+word+": docker multiplat ")
	assert.Assert(t, found, text)
	line, _, _ = strings.Cut(line, "\n")
	line, _, _ = strings.Cut(line, "   (")
	args, err := shlex.Split(line)
	assert.NilError(t, err)
	return args
}

func sorted(words []string) []string { return slices.Sorted(slices.Values(words)) }

// What is told to run next says all that the failed command has said, in words a shell takes for the same.
func TestNextIsTheSameCommand(t *testing.T) {
	for _, args := range [][]string{
		{"publish", "--by-digest", "NAME:1"},
		{"publish", "--allow-untested=arm64", "--platform", "linux/amd64,linux/arm64", "--reason", `it's "late"`, "NAME:1"},
		{"publish", "--amend", "--arch-tags", "none", "--no-overwrite", "NAME:1"},
		{"publish", "--amend=other", "--progress", "plain", "NAME:1"},
		{
			"merge", "--allow-untested", "--amend", "--annotation", "index:a=b c", "--annotation",
			"manifest-descriptor[linux/arm64]:d=$e", "--platform", "arm64", "--set-platform", "linux/arm64=variant=v8",
			"-t", "NAME:2", "-t", "NAME:3", "SOURCE@DIGEST",
		},
		{"promote", "--allow-moved", "--allow-untested", "SOURCE@DIGEST", "NAME:2", "NAME:3"},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
			plugintest.SavePassed(t, plugintest.OpenStore(t, fake), near.Host+"/team/app:1", "app")
			source := far.Image(t, "team/app", "a", "app", plugintest.Linux("arm64", "v8"))
			replace := strings.NewReplacer("NAME", near.Host+"/team/app", "SOURCE", far.Host+"/team/app",
				"DIGEST", source.Digest.String())
			given := append([]string{args[0], "--retry-timeout", "0s"}, args[1:]...)
			for i := range given {
				given[i] = replace.Replace(given[i])
			}
			near.Breaks(http.StatusServiceUnavailable, "")
			_, err := fake.command(t, given...)
			assert.Equal(t, ExitCode(err), failure.ExitUnavailable, "%v", err)
			next := printed(t, explained(err), "next")
			assert.DeepEqual(t, sorted(next), sorted(given))

			near.Intercept(nil)
			_, err = fake.command(t, next...)
			assert.NilError(t, err)
			if args[1] == "--by-digest" {
				assert.Equal(t, near.DigestAt(t, "team/app", "1").String(), "")
			}
		})
	}
}

// A refusal is told with what helps against it, which is not always a login.
func TestNextOfARefusal(t *testing.T) {
	const (
		denied      = `{"errors":[{"code":"%s","message":"no"}]}`
		uploads     = "/blobs/uploads/"
		again       = "docker multiplat publish HOST/team/app:1"
		other       = "docker multiplat promote HOST/team/app@DIGEST OTHER-TAG"
		without     = "docker multiplat publish --arch-tags none HOST/team/app:1"
		unsupported = again + "   (once HOST takes application/vnd.oci.image.manifest.v1+json)"
	)
	for name, tc := range map[string]struct {
		method, path string
		status       int
		code, next   string
	}{
		"login":          {http.MethodPost, uploads, 401, "UNAUTHORIZED", "docker login HOST"},
		"denied":         {http.MethodPost, uploads, 403, "DENIED", "docker login HOST"},
		"too large":      {http.MethodPost, uploads, 413, "", again + "   (once HOST takes as much)"},
		"no repository":  {http.MethodPost, uploads, 404, "NAME_UNKNOWN", again + "   (once HOST has the repository)"},
		"immutable":      {http.MethodPut, "/manifests/1$", 409, "TAG_INVALID", other},
		"protected":      {http.MethodPut, "/manifests/1$", 403, "DENIED", other},
		"expired":        {http.MethodPut, "/manifests/1$", 401, "UNAUTHORIZED", "docker login HOST"},
		"immutable arch": {http.MethodPut, "/manifests/1--", 400, "TAG_INVALID", without},
		"media type":     {http.MethodPut, "/manifests/sha256", 415, "", unsupported},
		"manifest":       {http.MethodPut, "/manifests/sha256", 400, "MANIFEST_INVALID", unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			fake, near := newFakeCLI(t), newFakeRegistry(t)
			draft := plugintest.SavePassed(t, plugintest.OpenStore(t, fake), near.Host+"/team/app:1", "app")
			near.Answers(tc.method, tc.path, tc.status, fmt.Sprintf(denied, tc.code))
			_, err := fake.command(t, "publish", near.Host+"/team/app:1")
			assert.Equal(t, ExitCode(err), failure.ExitRefused, "%v", err)
			told := explained(err)
			want := strings.NewReplacer("HOST", near.Host, "DIGEST", draft.Index.Digest.String()).Replace(tc.next)
			assert.Check(t, strings.Contains(told, "  next: "+want), told)
			assert.Check(t, strings.Contains(told, "tag "+near.Host+"/team/app:1 unchanged"), told)
		})
	}
}

// What a registry of Docker lists does not take is named with the flag that makes the other kind.
func TestNextOfAnIndexRefused(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	near.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	near.Answers(http.MethodPut, "/manifests/sha256", http.StatusUnsupportedMediaType, "")
	_, err := fake.command(t, "merge", "--allow-untested", "-t", near.Host+"/team/app:1", near.Host+"/team/app:a")
	assert.Equal(t, ExitCode(err), failure.ExitRefused)
	assert.ErrorContains(t, err, "application/vnd.oci.image.index.v1+json")
	next := printed(t, explained(err), "next")
	near.Intercept(nil)
	_, err = fake.command(t, next...)
	assert.NilError(t, err)
	assert.Equal(t, near.Index(t, "1").MediaType, "application/vnd.docker.distribution.manifest.list.v2+json")
}

// The undo that is printed works as it is, whatever the tag held before.
func TestUndoWorks(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	name := near.Host + "/team/app:1"
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
	old := near.Image(t, "team/app", "1", "pushed by hand", plugintest.Linux("amd64", ""))
	_, err := fake.publish(t, "--insecure-registry", "other.example", name)
	assert.NilError(t, err)
	undo := printed(t, fake.Stderr.String(), "undo")
	assert.Check(t, strings.Contains(strings.Join(undo, " "), "--insecure-registry other.example"), undo)
	_, err = fake.command(t, undo...)
	assert.NilError(t, err)
	assert.Equal(t, near.DigestAt(t, "team/app", "1"), old.Digest)

	// what has passed needs no waiver
	_, err = fake.publish(t, "--allow-moved", name)
	assert.NilError(t, err)
	passed := near.DigestAt(t, "team/app", "1")
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "new")
	_, err = fake.publish(t, "--allow-moved", name)
	assert.NilError(t, err)
	undo = printed(t, fake.Stderr.String(), "undo")
	assert.DeepEqual(t, undo, []string{"promote", near.Host + "/team/app@" + passed.String(), "1"})
	_, err = fake.command(t, undo...)
	assert.NilError(t, err)
	assert.Equal(t, near.DigestAt(t, "team/app", "1"), passed)
}

// A mistake in the command line is not to be run again.
func TestNextOfAMistake(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	near.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	_, err := fake.command(t, "merge", "--allow-untested", "--annotation", "manifest-descriptor[linux/s390x]:a=b",
		"-t", near.Host+"/team/app:1", near.Host+"/team/app:a")
	assert.Equal(t, ExitCode(err), failure.ExitInput)
	assert.Check(t, !strings.Contains(explained(err), "next:"), explained(err))
	var told *failure.Error
	assert.Assert(t, errors.As(err, &told))
}

// --annotate is another name of --set-platform: both together count.
func TestMergeAnnotateAndSetPlatform(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	near.Image(t, "team/app", "a", "app", plugintest.Linux("arm", "v7"))
	near.Image(t, "team/app", "b", "app", plugintest.Linux("amd64", ""))
	_, err := fake.command(t, "merge", "--allow-untested", "--set-platform", "linux/arm/v7=variant=v6",
		"--annotate", "linux/amd64=os=freebsd", "-t", near.Host+"/team/app:1", near.Host+"/team/app:a",
		near.Host+"/team/app:b")
	assert.NilError(t, err)
	assert.DeepEqual(t, plugintest.PlatformsListed(near.Index(t, "1")), []string{"linux/arm/v6", "freebsd/amd64"})
}
