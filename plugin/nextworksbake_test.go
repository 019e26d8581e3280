package plugin

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// scenesOfBake are of drafts that a bake file has made, and of second builds.
func scenesOfBake() map[string]func(*testing.T, *scene, string) {
	return map[string]func(*testing.T, *scene, string){
		"not reproducible": func(t *testing.T, s *scene, name string) {
			t.Helper()
			drafts := plugintest.OpenStore(t, s.fake)
			plugintest.SaveDraft(t, drafts, name+":1", "linux/amd64", builtAgain(t, drafts, "linux/amd64", record.Differs))
			s.args, s.mend = []string{"publish", "--require-reproducible", name + ":1"}, func() {}
			s.next = "docker multiplat build --reproducible --test-local --platform linux/amd64 -t " + name + ":1 .   (once " +
				"what differs is mended, which docker multiplat inspect " + name + ":1 names; to publish it as it is, leave " +
				"out --require-reproducible)"
		},
		"interrupted bake": func(t *testing.T, s *scene, name string) {
			t.Helper()
			folder := t.TempDir()
			t.Chdir(folder)
			unfinishedDraft(t, s, name+":1", draft.Command{
				Verb: "bake", Folder: folder, Flags: []string{"-f 'my bake.hcl'"}, Args: []string{"app"},
				Variables: []string{"A"},
			})
			assert.NilError(t, os.WriteFile("my bake.hcl", []byte(`variable "A" {}
				target "app" { tags = ["`+name+`:1"] }`), 0o600))
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat bake --test 'app --version' --platform linux/amd64 -f 'my bake.hcl' app   (with A in " +
				"the environment)\n"
			s.mend = func() {}
		},
	}
}

// Where one login of a bake is missing, it is said of every tag that it is as it was, and how to sign in.
func TestBakePushWithoutLogin(t *testing.T) {
	fake, near, far := newFakeCLI(t), newFakeRegistry(t), newFakeRegistry(t)
	fake.AddBuilder(t, "multiplat")
	one, two := near.Host+"/team/app:1", far.Host+"/team/other:2"
	inBakeFolder(t, `
group "default" { targets = ["one", "two"] }
target "one" { tags = ["`+one+`"] }
target "two" { tags = ["`+two+`"] }
`)
	near.Breaks(http.StatusUnauthorized, "")
	_, err := fake.command(t, "bake", "--push")
	told := explained(err)
	for _, want := range []string{
		"tag " + one + " unchanged", "tag " + two + " unchanged", "next: docker login " + near.Host + "\n",
	} {
		assert.Check(t, strings.Contains(told, want), "%s\n%s", want, told)
	}
}
