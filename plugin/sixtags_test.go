package plugin

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/shlex"
	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// sixTags is a definition whose targets have six tags in three repositories.
const sixTags = `
variable "REPO" { default = "" }
group "default" { targets = ["a", "b", "c"] }
target "a" { tags = ["${REPO}/team/a:1", "${REPO}/team/a:latest"] }
target "b" { tags = ["${REPO}/team/b:1", "${REPO}/team/b:latest"] }
target "c" { tags = ["${REPO}/team/c:1", "${REPO}/team/c:latest"] }
`

// sixNames are the names of its drafts, in the order in which they are published.
func sixNames() []string { return []string{"a:1", "a:latest", "b:1", "b:latest", "c:1", "c:latest"} }

// drill is six tags that are published anew while something goes wrong.
type drill struct {
	fake     *fakeCLI
	registry *fakeRegistry
	old      map[string]digest.Digest
}

// newDrill publishes six tags, and makes drafts that they are to get next.
func newDrill(t *testing.T) *drill {
	t.Helper()
	d := &drill{fake: newFakeCLI(t), registry: newFakeRegistry(t), old: map[string]digest.Digest{}}
	t.Setenv("REPO", d.registry.Host)
	inBakeFolder(t, sixTags)
	for _, text := range []string{"old", "new"} {
		s := plugintest.OpenStore(t, d.fake)
		for _, name := range sixNames() {
			plugintest.SavePassed(t, s, d.registry.Host+"/team/"+name, text+name)
		}
		assert.NilError(t, s.Close())
		if text == "old" {
			assert.NilError(t, d.fake.run(t, "publish", "-f", "docker-bake.hcl"))
		}
	}
	for _, name := range sixNames() {
		d.old[name] = d.holds(t, name)
	}
	d.fake.Stdout.Reset()
	d.fake.Stderr.Reset()
	return d
}

// holds is what a tag holds.
func (d *drill) holds(t *testing.T, name string) digest.Digest {
	t.Helper()
	repository, tag, _ := strings.Cut(name, ":")
	return d.registry.DigestAt(t, "team/"+repository, tag)
}

// A tag of six that is not written: those before it are, those behind it are not; the words say of each what it holds,
// and the undo of each that moved gives it back what it held.
func TestSixTagsOneOfWhichIsNotWritten(t *testing.T) {
	for kind, tc := range map[string]struct {
		fault registrytest.Fault
		exit  int
		// itself is what becomes of the tag itself.
		itself string
		at     []int
	}{
		"refused":     {registrytest.Status(http.StatusForbidden, ""), failure.ExitRefused, "unchanged", []int{0, 1, 2, 3, 4, 5}},
		"down":        {registrytest.Status(http.StatusServiceUnavailable, ""), failure.ExitUnavailable, "unchanged", []int{0, 3}},
		"hung up":     {registrytest.HangUp(0), failure.ExitUnavailable, "unchanged", []int{0, 3}},
		"interrupted": {nil, failure.ExitInterrupted, "written", []int{0, 2, 5}},
	} {
		for _, i := range tc.at {
			t.Run(fmt.Sprintf("%s %d", kind, i+1), func(t *testing.T) {
				d := newDrill(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				fault := tc.fault
				if fault == nil { // the request arrives, and its answer does not
					fault = func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
						next.ServeHTTP(httptest.NewRecorder(), r)
						cancel()
						<-r.Context().Done()
					}
				}
				repository, tag, _ := strings.Cut(sixNames()[i], ":")
				d.registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
					if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/team/"+repository+"/manifests/"+tag) {
						return false
					}
					fault(w, r, d.registry.Handler)
					return true
				})
				root := rootCommandUntil(ctx, t, d.fake)
				root.SetArgs([]string{"multiplat", "publish", "-f", "docker-bake.hcl", "--retry-timeout", "0s", "-q"})
				err := root.ExecuteContext(ctx)
				assert.Equal(t, ExitCode(err), tc.exit, "%v", err)
				d.registry.Intercept(nil)
				told := d.fake.Stderr.String() + explained(err)
				rest := kind == "refused" && i < len(sixNames())-1
				assert.Equal(t, strings.Contains(told, "the other tags are written with: docker multiplat publish "), rest, told)
				d.look(t, i, tc.itself, told)
			})
		}
	}
}

// look checks what became of the tags where the one at a position was not written, or its answer was not heard, and
// what is told of each.
func (d *drill) look(t *testing.T, at int, itself, told string) {
	t.Helper()
	undos := map[string]string{}
	for line := range strings.Lines(told) {
		if _, undo, found := strings.Cut(line, "undo: "); found {
			undo, _, _ = strings.Cut(strings.TrimSpace(undo), "   (")
			repository, _, _ := strings.Cut(undo[strings.Index(undo, "/team/")+len("/team/"):], "@")
			undos[repository+":"+undo[strings.LastIndex(undo, " ")+1:]] = undo
		}
	}
	for i, name := range sixNames() {
		fate := "written"
		switch {
		case i == at:
			fate = itself
		case i > at:
			fate = "unchanged"
		}
		full := d.registry.Host + "/team/" + name
		assert.Check(t, strings.Contains(told, "tag "+full+" "+fate+"\n"), "%s: %s", name, told)
		assert.Equal(t, d.holds(t, name) == d.old[name], fate == "unchanged", name)
		if fate == "unchanged" {
			assert.Equal(t, undos[name], "", name)
			continue
		}
		assert.Assert(t, undos[name] != "", "no undo of %s: %s", name, told)
		words, err := shlex.Split(undos[name])
		assert.NilError(t, err)
		assert.NilError(t, d.fake.run(t, words[2:]...), undos[name])
		assert.Equal(t, d.holds(t, name), d.old[name], name)
	}
}
