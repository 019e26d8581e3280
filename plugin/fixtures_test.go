package plugin

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli"
	dockerplugin "github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/flags"
	"github.com/moby/moby/client"
	"github.com/spf13/cobra"
	"gotest.tools/v3/assert"
)

// fakeCLI is a Docker CLI of its own: buffers for streams, a temporary configuration, and an engine that must not
// be contacted.
type fakeCLI struct {
	command.Cli
	stdout, stderr stream
	folder         string
}

// stream is a buffer that may be read while a command writes to it.
type stream struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.String()
}

func (s *stream) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buffer.Reset()
}

// newFakeCLI makes a CLI whose configuration, builders and drafts are in temporary folders.
func newFakeCLI(t *testing.T) *fakeCLI {
	t.Helper()
	quietLibraries()
	fake := &fakeCLI{folder: t.TempDir()}
	t.Setenv("DOCKER_CONFIG", fake.folder)
	t.Setenv("BUILDX_CONFIG", filepath.Join(fake.folder, "buildx"))
	t.Setenv("MULTIPLAT_STORE", filepath.Join(fake.folder, "drafts"))
	for _, name := range []string{
		"BUILDX_BUILDER", "DOCKER_DEFAULT_PLATFORM", "DOCKER_HOST", "DOCKER_CONTEXT", "SOURCE_DATE_EPOCH",
		"BUILDKIT_PROGRESS",
	} {
		t.Setenv(name, "")
	}
	return fake.inContext(t, "")
}

// inContext is a CLI of the same configuration that uses a docker context.
func (f *fakeCLI) inContext(t *testing.T, name string) *fakeCLI {
	t.Helper()
	fake := &fakeCLI{folder: f.folder}
	dockerCLI, err := command.NewDockerCli(
		command.WithInputStream(io.NopCloser(strings.NewReader(""))),
		command.WithOutputStream(&fake.stdout),
		command.WithErrorStream(&fake.stderr),
		command.WithAPIClient(unreachableEngine(t)),
	)
	assert.NilError(t, err)
	options := flags.NewClientOptions()
	options.ConfigDir, options.Context = fake.folder, name
	assert.NilError(t, dockerCLI.Initialize(options))
	fake.Cli = dockerCLI
	return fake
}

// roundTrip answers requests without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// unreachableEngine fails the test when it is used.
func unreachableEngine(t *testing.T) client.APIClient {
	t.Helper()
	engine, err := client.New(client.WithHTTPClient(&http.Client{
		Transport: roundTrip(func(request *http.Request) (*http.Response, error) {
			t.Errorf("the engine was contacted: %s %s", request.Method, request.URL)
			return nil, io.ErrUnexpectedEOF
		}),
	}))
	assert.NilError(t, err)
	return engine
}

// rootCommand is `docker multiplat` as the Docker CLI runs it.
func rootCommand(t *testing.T, dockerCLI command.Cli) *cobra.Command {
	t.Helper()
	before := dockerplugin.PersistentPreRunE
	t.Cleanup(func() { dockerplugin.PersistentPreRunE = before })
	dockerplugin.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
	root := &cobra.Command{Use: "docker", TraverseChildren: true, SilenceUsage: true, SilenceErrors: true}
	cli.SetupPluginRootCommand(root)
	root.SetIn(dockerCLI.In())
	root.SetOut(dockerCLI.Out())
	root.SetErr(dockerCLI.Err())
	root.AddCommand(NewCommand(t.Context(), dockerCLI))
	withoutFlagsInUseLine(root)
	return root
}

func withoutFlagsInUseLine(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	for _, child := range cmd.Commands() {
		withoutFlagsInUseLine(child)
	}
}

// run runs `docker multiplat ARGS`.
func (f *fakeCLI) run(t *testing.T, args ...string) error {
	t.Helper()
	root := rootCommand(t, f)
	root.SetArgs(append([]string{programName}, args...))
	return root.ExecuteContext(t.Context())
}

// parse runs one command whose run function captures its options.
func parse(t *testing.T, cmd *cobra.Command, args ...string) {
	t.Helper()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{}, args...)) // of nil cobra would make those of the process
	assert.NilError(t, cmd.ExecuteContext(t.Context()))
}

// addBuilder puts a builder into buildx's store, as init does.
func (f *fakeCLI) addBuilder(t *testing.T, builderName string) {
	t.Helper()
	txn, release, err := storeutil.GetStore(f)
	assert.NilError(t, err)
	defer release()
	endpoint, err := dockerutil.GetCurrentEndpoint(f)
	assert.NilError(t, err)
	assert.NilError(t, txn.Save(&store.NodeGroup{
		Name: builderName, Driver: "docker-container",
		Nodes: []store.Node{{Name: builderName + "0", Endpoint: endpoint}},
	}))
}

// buildContext is a folder with a Dockerfile.
func buildContext(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	return folder
}

// assertSame compares options, most of whose fields are unexported.
func assertSame(t *testing.T, got, want any) {
	t.Helper()
	assert.Check(t, reflect.DeepEqual(got, want), "got  %+v\nwant %+v", got, want)
}
