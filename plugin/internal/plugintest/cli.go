package plugintest

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

	"github.com/containerd/log"
	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/context/docker"
	contextstore "github.com/docker/cli/cli/context/store"
	"github.com/docker/cli/cli/flags"
	"github.com/moby/moby/client"
	"github.com/sirupsen/logrus"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// CLI is a Docker CLI of its own: buffers for streams, a temporary configuration, and an engine that must not
// be contacted.
type CLI struct {
	command.Cli
	Stdout, Stderr stream
	Folder         string
}

// stream is a buffer that may be read while a command writes to it.
type stream struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements [io.Writer].
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.Write(p)
}

// String is what was written since the last Reset.
func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.String()
}

// Reset forgets what was written.
func (s *stream) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buffer.Reset()
}

// NewCLI makes a CLI whose configuration, builders and drafts are in temporary folders.
func NewCLI(t *testing.T) *CLI {
	t.Helper()
	quietLogs()
	fake := &CLI{Folder: t.TempDir()}
	t.Setenv("DOCKER_CONFIG", fake.Folder)
	t.Setenv("BUILDX_CONFIG", filepath.Join(fake.Folder, "buildx"))
	t.Setenv("MULTIPLAT_STORE", filepath.Join(fake.Folder, "drafts"))
	for _, name := range []string{
		"BUILDX_BUILDER", "DOCKER_DEFAULT_PLATFORM", "DOCKER_HOST", "DOCKER_CONTEXT", "SOURCE_DATE_EPOCH",
		"BUILDKIT_PROGRESS", "BUILDKIT_COLORS", "NO_COLOR", "GITHUB_ACTIONS", "GITLAB_CI",
	} {
		t.Setenv(name, "") // so that it is again what it was
		assert.NilError(t, os.Unsetenv(name))
	}
	return fake.InContext(t, "")
}

// InContext is a CLI of the same configuration that uses a docker context.
func (f *CLI) InContext(t *testing.T, name string) *CLI {
	t.Helper()
	return f.with(t, name, unreachableEngine(t))
}

// WithEngine is a CLI of the same configuration whose engine answers requests this way.
func (f *CLI) WithEngine(t *testing.T, answer func(*http.Request) (*http.Response, error)) *CLI {
	t.Helper()
	engine, err := client.New(
		client.WithHTTPClient(&http.Client{Transport: roundTrip(answer)}), client.WithAPIVersion("1.47"))
	assert.NilError(t, err)
	return f.with(t, "", engine)
}

func (f *CLI) with(t *testing.T, name string, engine client.APIClient) *CLI {
	t.Helper()
	fake := &CLI{Folder: f.Folder}
	dockerCLI, err := command.NewDockerCli(
		command.WithInputStream(io.NopCloser(strings.NewReader(""))),
		command.WithOutputStream(&fake.Stdout),
		command.WithErrorStream(&fake.Stderr),
		command.WithAPIClient(engine),
	)
	assert.NilError(t, err)
	options := flags.NewClientOptions()
	options.ConfigDir, options.Context = fake.Folder, name
	assert.NilError(t, dockerCLI.Initialize(options))
	fake.Cli = dockerCLI
	return fake
}

// roundTrip answers requests without a network.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
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

// AddBuilder puts a builder into buildx's store, as init does.
func (f *CLI) AddBuilder(t *testing.T, builderName string) {
	t.Helper()
	endpoint, err := dockerutil.GetCurrentEndpoint(f)
	assert.NilError(t, err)
	f.AddBuilderAt(t, builderName, endpoint)
}

// AddBuilderAt is AddBuilder for an engine elsewhere.
func (f *CLI) AddBuilderAt(t *testing.T, builderName, endpoint string) {
	t.Helper()
	txn, release, err := storeutil.GetStore(f)
	assert.NilError(t, err)
	defer release()
	assert.NilError(t, txn.Save(&store.NodeGroup{
		Name: builderName, Driver: "docker-container",
		Nodes: []store.Node{{Name: builderName + "0", Endpoint: endpoint}},
	}))
}

// AddNode gives a builder a node on another engine, which is for a platform alone.
func (f *CLI) AddNode(t *testing.T, builderName, endpoint, platform string) {
	t.Helper()
	txn, release, err := storeutil.GetStore(f)
	assert.NilError(t, err)
	defer release()
	group, err := txn.NodeGroupByName(builderName)
	assert.NilError(t, err)
	group.Nodes = append(group.Nodes, store.Node{
		Name: builderName + "1", Endpoint: endpoint, Platforms: ParsePlatforms(t, platform),
	})
	assert.NilError(t, txn.Save(group))
}

// AddContext makes a docker context.
func (f *CLI) AddContext(t *testing.T, name, host string) {
	t.Helper()
	assert.NilError(t, f.ContextStore().CreateOrUpdate(contextstore.Metadata{
		Name: name, Metadata: command.DockerContext{},
		Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: host}},
	}))
}

// BuildContext is a folder with a Dockerfile.
func BuildContext(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"), 0o600))
	return folder
}

// AssertSame compares options, most of whose fields are unexported.
func AssertSame(t *testing.T, got, want any) {
	t.Helper()
	assert.Check(t, reflect.DeepEqual(got, want), "got  %+v\nwant %+v", got, want)
}

// Host is what the CLI gives to the use cases.
func (f *CLI) Host() dockercli.Host { return dockercli.New(f, "docker-multiplat/test", nil) }

// Drafts is the folder of the store.
func (f *CLI) Drafts() string { return os.Getenv("MULTIPLAT_STORE") }

// quietLogs keeps containerd's own log lines out of the output of tests.
func quietLogs() {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log.L = logrus.NewEntry(silent)
}
