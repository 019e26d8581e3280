//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// reproduced is what `reproduce --format json` says, as far as the scenarios look at it.
type reproduced struct {
	Inputs    []struct{ What, Value, From string }
	Platforms []struct {
		Platform, Result string
		Layers           []struct {
			Number    int
			CreatedBy string
			Findings  []struct{ Path, Cause, Detail string }
		}
		Config []struct{ Path, Cause string }
	}
	Recorded bool
}

// causes are the causes of one platform by file, the layer's number before it.
func (r reproduced) causes(i int) map[string]string {
	found := map[string]string{}
	for _, layer := range r.Platforms[i].Layers {
		for _, f := range layer.Findings {
			found[f.Path] = f.Cause
		}
	}
	return found
}

// reproduce builds once more; code is the exit code.
func (s *scenario) reproduce(t *testing.T, code int, args ...string) reproduced {
	t.Helper()
	out := s.run(append([]string{"reproduce", "--format", "json", "--quiet"}, args...)...).exits(t, code)
	var r reproduced
	assert.NilError(t, json.Unmarshal([]byte(out.Stdout), &r), out.Stderr)
	return r
}

// commit makes a repository of the working folder.
func (s *scenario) commit(t *testing.T) {
	t.Helper()
	s.finish(s.command("sh", "-c", "git init -q . && git add . && "+
		"git -c user.name=a -c user.email=a@b.example commit -q -m one")).succeeds(t)
}

// scratches are the folders that second builds have made and not removed.
func scratches(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "docker-multiplat-reproduce-*"))
	assert.NilError(t, err)
	return found
}

// An app without chance in it comes out the same on four platforms: from the draft and, published, from provenance
// alone. The draft keeps what it was; what is required is recorded, and an unchanged rebuild keeps the record.
func TestReproduceSame(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		temporary := t.TempDir()
		s = s.with("TMPDIR=" + temporary)
		s.write("Dockerfile", "FROM busybox AS base\nARG VERSION\nCOPY hello /app/hello\n"+
			"RUN echo \"version $VERSION\" >/app/version && mkdir /app/new && touch /app/new/file\n"+
			"FROM base AS app\nCMD [\"cat\", \"/app/version\"]\nFROM base AS other\n")
		s.write("hello", "hello\n")
		s.commit(t)
		s.run("init", "--platform", fourPlatforms).succeeds(t)
		name := s.repository("app") + ":1"
		build := []string{
			"build", "--quiet", "--reproducible", "--platform", fourPlatforms, "--build-arg", "VERSION=3", "--target", "app",
			"-t", name, ".",
		}
		s.run(build...).succeeds(t)
		s.run("publish", "--require-reproducible", "--allow-untested", name).exits(t, 5)

		untold := s.run("reproduce", "--quiet", name, ".").exits(t, 2)
		assert.Assert(t, strings.Contains(untold.Stderr, "the argument VERSION, whose value is not recorded"), untold.Stderr)
		r := s.reproduce(t, 0, "--build-arg", "VERSION=3", name, ".")
		loaded := s.docker("image", "ls", "--format", "{{.Repository}}").succeeds(t).Stdout
		assert.Assert(t, !strings.Contains(loaded, s.repository("app")), loaded)
		assert.Equal(t, len(r.Platforms), 4)
		for _, p := range r.Platforms {
			assert.Equal(t, p.Result, "reproduced", p.Platform)
		}
		assert.Check(t, r.Recorded)
		assert.Equal(t, len(scratches(t, temporary)), 0)
		from := map[string]string{}
		for _, input := range r.Inputs {
			from[strings.Fields(input.What)[0]] = input.From
		}
		assert.DeepEqual(t, from, map[string]string{
			"context": "command line", "argument": "command line", "target": "draft", "SOURCE_DATE_EPOCH": "draft",
			"base": "provenance",
		})

		index := func() string {
			return strings.TrimSpace(s.run("inspect", "--local", "--format", "{{.Draft.Digest}}", name).succeeds(t).Stdout)
		}
		recorded := index()
		s.run(build...).succeeds(t)
		assert.Equal(t, index(), recorded, "an unchanged rebuild has moved the index")
		s.reproduce(t, 0, "--build-arg", "VERSION=3", name, ".")
		assert.Equal(t, index(), recorded, "a third build has moved the index")

		s.run("publish", "--require-reproducible", "--allow-untested", name).succeeds(t)
		verified := s.run("verify", "--require-reproducible", name).succeeds(t).Stdout
		assert.Equal(t, strings.Count(verified, " reproduced "), 4, verified)
		s.run("rm", name).succeeds(t)
		r = s.reproduce(t, 0, "--build-arg", "VERSION=3", "--target", "app", name, ".")
		assert.Check(t, !r.Recorded)
		assert.Equal(t, len(r.Platforms), 4)
	}, containerdStore)
}

// Five ways of not being the same, each in a layer of its own: the file is named, and the cause. With one time for all
// what is left is what the programs have written.
func TestReproduceDiffers(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", strings.Join([]string{
			"FROM busybox",
			"RUN date >/built-at",
			"RUN awk 'BEGIN{srand(); for (i = 0; i < 40; i++) print rand() \" file\" i}' | sort | cut -d' ' -f2 >/listing",
			"RUN cat /proc/sys/kernel/random/uuid >/id",
			"RUN d=$(mktemp -d) && echo \"prefix=$d/src\" >/config.mk && rm -r $d",
			"RUN mkdir /w && echo x >/w/x && tar czf /w.tgz -C /w . && rm -r /w",
			"RUN touch /only-time",
		}, "\n")+"\n")
		s.commit(t)
		s.run("init", "--platform", "linux/amd64,linux/s390x").succeeds(t)
		name := s.repository("app") + ":1"
		build := []string{"build", "--quiet", "--platform", "linux/amd64,linux/s390x", "-t", name, "."}
		s.run(build...).succeeds(t)
		want := map[string]string{
			"built-at": "time", "listing": "order", "id": "id", "config.mk": "path", "w.tgz!/./": "time", "only-time": "mtime",
		}
		r := s.reproduce(t, 5, name, ".")
		for i, p := range r.Platforms {
			assert.Equal(t, p.Result, "differs")
			assert.Equal(t, p.Layers[0].Number, 2)
			assert.Assert(t, strings.Contains(p.Layers[0].CreatedBy, "date >/built-at"))
			for path, cause := range want {
				assert.Equal(t, r.causes(i)[path], cause, "%s of %s", path, p.Platform)
			}
			assert.Equal(t, p.Config[0].Path+" "+p.Config[0].Cause, "created time")
		}
		assert.Check(t, r.Recorded)
		inspected := s.run("inspect", "--local", name).succeeds(t).Stdout
		assert.Equal(t, strings.Count(inspected, "differs when built again"), 2, inspected)
		refused := s.run("publish", "--allow-untested", "--require-reproducible", name).exits(t, 5)
		assert.Assert(t, strings.Contains(refused.Stderr, "linux/amd64 is not reproducible"), refused.Stderr)

		s.run(append([]string{build[0], "--reproducible"}, build[1:]...)...).succeeds(t)
		r = s.reproduce(t, 5, name, ".")
		delete(want, "only-time")
		for i, p := range r.Platforms {
			assert.DeepEqual(t, r.causes(i), want)
			assert.Equal(t, len(p.Config), 0)
		}
	}, containerdStore)
}

// What was built from something else than what is here is said, and nothing is built.
func TestReproduceRefusesOtherInputs(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		s.write("Dockerfile", "FROM busybox\nCOPY a /a\n")
		file := s.write("a", "a\n")
		s.commit(t)
		s.run("init", "--platform", "linux/amd64").succeeds(t)
		name := s.repository("app") + ":1"
		s.run("build", "--quiet", "-t", name, ".").succeeds(t)
		assert.NilError(t, os.WriteFile(file, []byte("b\n"), 0o600))
		refused := s.run("reproduce", "--quiet", name, ".").exits(t, 2)
		assert.Assert(t, strings.Contains(refused.Stderr, `first "a"`), refused.Stderr)
		assert.Assert(t, strings.Contains(refused.Stderr, "git -C . worktree add --detach FOLDER "), refused.Stderr)
		assert.NilError(t, os.WriteFile(file, []byte("a\n"), 0o600))

		// only times differ, and the command that is told to be run next sets them
		advised := s.run("reproduce", "--quiet", name, ".").exits(t, 5).Stderr
		_, next, found := strings.Cut(advised, "docker multiplat build ")
		assert.Assert(t, found, advised)
		next, _, _ = strings.Cut(next, "\n")
		s.finish(s.command("sh", "-c", "docker multiplat build --quiet "+next)).succeeds(t)
		s.reproduce(t, 0, name, ".")
	}, containerdStore)
}
