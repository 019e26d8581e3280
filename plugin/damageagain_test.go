package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A changed byte of a layer is seen by who reads layers, and not by ls, which says what it looks at. The build that is
// told then makes what was there: its platforms, by its builder and arguments, with its tests.
func TestDamageIsBuiltAnewAsItWas(t *testing.T) {
	for _, args := range [][]string{{"publish"}, {"test"}} {
		for _, what := range []string{"layer", "index"} {
			t.Run(args[0]+" "+what, func(t *testing.T) {
				reg := newFakeRegistry(t)
				cli, _ := newFakeCLI(t).NewEngine(t)
				fake := &fakeCLI{cli}
				s := plugintest.OpenStore(t, fake)
				name := reg.Host + "/app:1"
				here, err := os.Getwd()
				assert.NilError(t, err)
				d := plugintest.SaveDraft(t, s, name, "linux/amd64,linux/arm64",
					plugintest.PassedImage(t, s, "linux/amd64", "app"), plugintest.PassedImage(t, s, "linux/arm64", "app"))
				for _, p := range []string{"linux/amd64", "linux/arm64"} {
					build := &draft.Command{Folder: here, Flags: []string{"--builder farm"}, Args: []string{"src dir"}}
					plugintest.SaveNote(t, s, name, p, store.Note{State: draft.Passed, Tests: []string{"--test=true"}, Build: build})
				}
				path := filepath.Join(fake.Drafts(), "blobs", "sha256", damagedBlobs(t, s, d)[what].Encoded())
				body, err := os.ReadFile(path)
				assert.NilError(t, err)
				assert.NilError(t, os.Chmod(path, 0o600))
				assert.NilError(t, damages()["one byte"](path, body))
				if what == "layer" {
					assertListed(t, fake, name, "passed") // and its help says that it reads no layer
				}
				err = fake.run(t, append(args, name)...)
				assert.Equal(t, ExitCode(err), failure.ExitIntegrity, "%v", err)
				next := "next: docker multiplat build --test true --platform linux/amd64,linux/arm64 --builder farm -t " + name +
					" 'src dir'\n"
				assert.Assert(t, is.Contains(explained(err)+"\n", next))
				assert.Equal(t, strings.Count(explained(err), "next:"), 1)
				assertListed(t, fake, name, "damaged")
			})
		}
	}
}
