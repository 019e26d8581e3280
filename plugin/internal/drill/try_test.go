//go:build drill

package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// repository is where everything is published.
const repository = "team/app"

// try is one run of the program: a machine with a store and a registry.
type try struct {
	registry *registrytest.Registry
	// far is where sources may stand, and tags that begin with "far/".
	far             *registrytest.Registry
	watch, farWatch *watch
	// front is set where the first registry is spoken to through TLS.
	front  *front
	folder string
	random *rand.Rand
}

// newTry makes a machine of its own for the n-th try; chance begins with both.
func newTry(t *testing.T, told drilltest.Options, n int) *try {
	t.Helper()
	d := &try{
		registry: registrytest.New(t), far: registrytest.New(t), folder: t.TempDir(),
		random: told.Chance(n),
	}
	for _, name := range []string{"config", "tmp", "home"} {
		assert.NilError(t, os.Mkdir(filepath.Join(d.folder, name), 0o700))
	}
	for _, registry := range []*registrytest.Registry{d.registry, d.far} {
		apart(registry)
		knowing(registry)
	}
	d.watch, d.farWatch = watchTags(d.registry), watchTags(d.far)
	withTokens(d.registry)
	withTokens(d.far)
	t.Cleanup(func() {
		broken := slices.Concat(d.watch.broken(), d.farWatch.broken())
		assert.Check(t, len(broken) == 0, "a tag held: %q", broken)
	})
	return d
}

// host is what the first registry is called.
func (d *try) host() string {
	if d.front != nil {
		return fronted
	}
	return d.registry.Host()
}

// name is the reference of a tag.
func (d *try) name(tag string) string {
	host := d.host()
	tag, far := strings.CutPrefix(tag, "far/")
	if far {
		host = d.far.Host()
	}
	return host + "/" + repository + ":" + tag
}

// read is what a tag holds.
func (d *try) read(tag string) (held, error) {
	if there, far := strings.CutPrefix(tag, "far/"); far {
		return d.farWatch.read(there)
	}
	return d.watch.read(tag)
}

// storeFolder is where the drafts of a machine are; machines are told apart by a name.
func (d *try) storeFolder(machine string) string { return filepath.Join(d.folder, "drafts"+machine) }

// draft saves a tested draft of these platforms under each of the tags; text makes its images differ from others.
func (d *try) draft(t *testing.T, machine, text string, platforms, tags []string) {
	t.Helper()
	saveDrafts(t, d.storeFolder(machine), text, platforms, d.names(tags))
}

// saveDrafts saves a tested draft of these platforms under each of the names.
func saveDrafts(t *testing.T, folder, text string, platforms, names []string) {
	t.Helper()
	s, err := store.Open(folder)
	assert.NilError(t, err)
	var images []manifest.Image
	for _, platform := range platforms {
		images = append(images, plugintest.PassedImage(t, s, platform, text))
	}
	for _, name := range names {
		plugintest.SaveDraft(t, s, name, strings.Join(platforms, ","), images...)
	}
	assert.NilError(t, s.Close())
}

// ended is how a run of the program ended.
type ended struct {
	code   int
	output string
}

// command prepares a run of the program on a machine.
func (d *try) command(ctx context.Context, machine string, args ...string) *exec.Cmd {
	program := os.Getenv("MULTIPLAT")
	cmd := exec.CommandContext(ctx, program, append([]string{"multiplat"}, args...)...) //nolint:gosec // what make built
	cmd.Dir = d.folder
	cmd.Env = []string{
		"PATH=" + filepath.Join(d.folder, "helpers") + ":" + os.Getenv("PATH"),
		"HOME=" + filepath.Join(d.folder, "home"),
		"TMPDIR=" + filepath.Join(d.folder, "tmp"),
		"DOCKER_CONFIG=" + filepath.Join(d.folder, "config"),
		"MULTIPLAT_STORE=" + d.storeFolder(machine),
		"DOCKER_HOST=unix:///nowhere/docker.sock",
	}
	if d.front != nil {
		cmd.Env = append(cmd.Env, d.front.environment()...)
	}
	return cmd
}

// run runs the program to its end.
func (d *try) run(t *testing.T, machine string, args ...string) ended {
	t.Helper()
	return finish(t, d.command(t.Context(), machine, args...))
}

// start runs another command line in the place of the program.
func start(t *testing.T, cmd *exec.Cmd, args ...string) ended {
	t.Helper()
	path, err := exec.LookPath(args[0])
	assert.NilError(t, err, "apt-get install %s", args[0])
	cmd.Path, cmd.Args = path, args
	return finish(t, cmd)
}

// finish runs a command to its end.
func finish(t *testing.T, cmd *exec.Cmd) ended {
	t.Helper()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), output.String()}
}

// finishes runs the program again without faults: it ends well, and no blob is sent that is there.
func (d *try) finishes(t *testing.T, args ...string) {
	t.Helper()
	d.registry.Calm()
	d.far.Calm()
	again, far := d.watch.again.note(), d.farWatch.again.note()
	got := d.run(t, "", args...)
	assert.Equal(t, got.code, 0, "run again: %s", got.output)
	sent := slices.Concat(again(), far())
	assert.Check(t, len(sent) == 0, "sent again: %v", sent)
}

// leavesNothing checks that no temporary file is left, nor work in the stores.
func (d *try) leavesNothing(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(d.folder, "tmp", "*"))
	assert.NilError(t, err)
	work, err := filepath.Glob(filepath.Join(d.folder, "drafts*", "work", "*"))
	assert.NilError(t, err)
	assert.Check(t, len(left)+len(work) == 0, "left: %v %v", left, work)
}

// some picks platforms by chance, in their order.
func (d *try) some(least, most int) []string {
	all := []string{"linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x", "linux/riscv64", "linux/arm/v7"}
	n := least + d.random.IntN(most-least+1)
	d.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return slices.Sorted(slices.Values(all[:n]))
}

// tags picks one to three tags, the last of which may be at the other registry.
func (d *try) tags() []string {
	var tags []string
	for n := range 1 + d.random.IntN(3) {
		tags = append(tags, fmt.Sprint("v", n))
	}
	if d.random.IntN(3) == 0 {
		tags[len(tags)-1] = "far/v0"
	}
	return tags
}
