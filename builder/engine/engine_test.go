package engine

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"testing"

	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

type fakeEngine struct {
	ping    dockerclient.PingResult
	pingErr error
	infoErr error
	info    system.Info
	version dockerclient.ServerVersionResult
}

var _ API = (*fakeEngine)(nil)

func (f *fakeEngine) Ping(context.Context, dockerclient.PingOptions) (dockerclient.PingResult, error) {
	return f.ping, f.pingErr
}

func (f *fakeEngine) Info(context.Context, dockerclient.InfoOptions) (dockerclient.SystemInfoResult, error) {
	return dockerclient.SystemInfoResult{Info: f.info}, f.infoErr
}

func (f *fakeEngine) ServerVersion(
	context.Context, dockerclient.ServerVersionOptions,
) (dockerclient.ServerVersionResult, error) {
	return f.version, nil
}

func (f *fakeEngine) DaemonHost() string { return "unix:///fake.sock" }

func TestInspectEngineReadsFacts(t *testing.T) {
	engine, err := Inspect(t.Context(), &fakeEngine{
		ping: dockerclient.PingResult{APIVersion: "1.52"},
		info: system.Info{
			OSType: "linux", Architecture: "x86_64", ServerVersion: "29.9.0",
			DriverStatus: [][2]string{{"driver-type", "io.containerd.snapshotter.v1"}},
			RegistryConfig: &registry.ServiceConfig{
				Mirrors:               []string{"http://localhost:5000/"},
				InsecureRegistryCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
				IndexConfigs: map[string]*registry.IndexInfo{
					"docker.io": {Secure: true}, "reg.corp": {Secure: false}, "a.corp": {Secure: false},
				},
			},
		},
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, engine, Engine{
		Host: "unix:///fake.sock", Version: "29.9.0", Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		ContainerdStore: true, Mirrors: []string{"http://localhost:5000/"}, Insecure: []string{"a.corp", "reg.corp"},
	})
	assert.Assert(t, engine.Native(ocispec.Platform{OS: "linux", Architecture: "amd64"}))
	assert.Assert(t, engine.Native(ocispec.Platform{OS: "linux", Architecture: "386"}))
	assert.Assert(t, !engine.Native(ocispec.Platform{OS: "linux", Architecture: "arm64"}))
}

func TestInspectEngineRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		engine fakeEngine
		want   string
	}{
		{"no answer", fakeEngine{pingErr: errors.New("connection refused")}, `reaching the engine at unix:///fake.sock: connection refused`},
		{"too old", fakeEngine{ping: dockerclient.PingResult{APIVersion: "1.41"}}, "speaks API 1.41; 1.42 (Docker Engine 23.0) is the oldest that works"},
		{"no platform", fakeEngine{}, `names an unknown platform "/"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Inspect(t.Context(), &tc.engine)
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// How much is done at once follows from the cores, and from the memory where that is little.
func TestJobs(t *testing.T) {
	const gigabyte = 1 << 30
	for _, tc := range []struct {
		engine Engine
		want   int
	}{
		{Engine{Cores: 2, Memory: 16 * gigabyte}, 4},
		{Engine{Cores: 8, Memory: 6 * gigabyte}, 6},
		{Engine{Cores: 4}, 8},
		{Engine{Cores: 4, Memory: gigabyte / 2}, 1},
		{Engine{Memory: 2 * gigabyte}, min(2, 2*runtime.NumCPU())},
		{Engine{}, 2 * runtime.NumCPU()},
	} {
		assert.Equal(t, tc.engine.Jobs(), tc.want, "%+v", tc.engine)
	}
}
