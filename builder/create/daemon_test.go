package create

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/driver/bkimage"
	"github.com/docker/buildx/store"
	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"
)

// fakeDaemon is an engine with one container, or none, and the files of its /etc/buildkit.
type fakeDaemon struct {
	container *enginecontainer.InspectResponse
	files     map[string]string
}

var _ daemonEngine = (*fakeDaemon)(nil)

func (f *fakeDaemon) ContainerInspect(
	_ context.Context, name string, _ dockerclient.ContainerInspectOptions,
) (dockerclient.ContainerInspectResult, error) {
	if f.container == nil || name != "buildx_buildkit_b0" {
		return dockerclient.ContainerInspectResult{}, fmt.Errorf("no container %q: %w", name, cerrdefs.ErrNotFound)
	}
	return dockerclient.ContainerInspectResult{Container: *f.container}, nil
}

func (f *fakeDaemon) CopyFromContainer(
	context.Context, string, dockerclient.CopyFromContainerOptions,
) (dockerclient.CopyFromContainerResult, error) {
	if f.files == nil {
		return dockerclient.CopyFromContainerResult{}, fmt.Errorf("no such folder: %w", cerrdefs.ErrNotFound)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	_ = w.WriteHeader(&tar.Header{Name: "buildkit/", Typeflag: tar.TypeDir, Mode: 0o755})
	for name, text := range f.files {
		_ = w.WriteHeader(&tar.Header{Name: "buildkit/" + name, Typeflag: tar.TypeReg, Size: int64(len(text))})
		_, _ = io.WriteString(w, text)
	}
	return dockerclient.CopyFromContainerResult{Content: io.NopCloser(&archive)}, w.Close()
}

// A container that has the name of a builder's is compared with what the builder's settings would have made.
func TestDaemonDifferences(t *testing.T) {
	const ca, settings = "certs/r/ca.crt", "debug = true\n[registry.r]\n  http = true\n"
	for _, tc := range []struct {
		name   string
		change func(*enginecontainer.InspectResponse, map[string]string)
		want   string
	}{
		{"as asked for", func(*enginecontainer.InspectResponse, map[string]string) {}, ""},
		{"written in another way", func(_ *enginecontainer.InspectResponse, files map[string]string) {
			files[buildkitdFile] = "debug = true\nregistry.r = {http = true}\n"
		}, ""},
		{"pinned image", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Image += "@sha256:" + strings.Repeat("a", 64)
		}, ""},
		{"another image", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Image = "moby/buildkit:v0.12.0"
		}, `its container is of image "moby/buildkit:v0.12.0", not "moby/buildkit:v1"`},
		{"image without a name", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Image = "sha256:" + strings.Repeat("a", 64)
		}, "its container is of image"},
		{"one flag more", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Cmd = append(c.Config.Cmd, "--allow-insecure-entitlement=security.insecure")
		}, "security.insecure"},
		{"no settings", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Cmd = c.Config.Cmd[2:]
		}, "its container runs buildkitd with"},
		{"other settings", func(_ *enginecontainer.InspectResponse, files map[string]string) {
			files[buildkitdFile] = "debug = true\n"
		}, "its container has another file " + buildkitdFile},
		{"other certificate", func(_ *enginecontainer.InspectResponse, files map[string]string) {
			files[ca] = "another"
		}, "its container has another file " + ca},
		{"other memory", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.HostConfig.Memory = 1
		}, `its container has memory "1", not "1g"`},
		{"other variable", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.Config.Env = []string{"HTTPS_PROXY=http://me:other@p"}
		}, "its container has another value of the variable HTTPS_PROXY"},
		{"network of the host", func(c *enginecontainer.InspectResponse, _ map[string]string) {
			c.HostConfig.NetworkMode = "host"
		}, "the network of the host"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			node := store.Node{
				Name: "b0", BuildkitdFlags: []string{"--debug"},
				DriverOpts: map[string]string{
					"image": "moby/buildkit:v1", "memory": "1g", "env.HTTPS_PROXY": "http://me:s3cret@p", "default-load": "true",
				},
				Files: map[string][]byte{buildkitdFile: []byte(settings), ca: []byte("certificate")},
			}
			c := enginecontainer.InspectResponse{
				Config: &enginecontainer.Config{
					Image: "moby/buildkit:v1", Cmd: []string{"--config", "/etc/buildkit/buildkitd.toml", "--debug"},
					Env: []string{"PATH=/bin", "HTTPS_PROXY=http://me:s3cret@p"},
				},
				HostConfig: &enginecontainer.HostConfig{NetworkMode: "bridge"},
			}
			c.HostConfig.Memory = 1 << 30
			files := map[string]string{buildkitdFile: settings, ca: "certificate", "provenance.d/github.json": "{}"}
			tc.change(&c, files)
			d, err := daemonOf(t.Context(), &fakeDaemon{container: &c, files: files}, node)
			assert.NilError(t, err)
			assert.Equal(t, d.name, "buildx_buildkit_b0")
			all := strings.Join(d.differences, "; ")
			assert.Assert(t, !strings.Contains(all, "s3cret"), all)
			assert.Equal(t, all == "", tc.want == "", all)
			assert.Assert(t, strings.Contains(all, tc.want), all)
		})
	}
}

// Without a container there is nothing to differ; one without any file lacks those that are asked for.
func TestDaemonDifferencesWithout(t *testing.T) {
	node := store.Node{Name: "b0", Files: map[string][]byte{buildkitdFile: []byte("debug = true\n")}}
	d, err := daemonOf(t.Context(), &fakeDaemon{}, node)
	assert.NilError(t, err)
	assert.Equal(t, d.name+strings.Join(d.differences, ""), "")

	c := enginecontainer.InspectResponse{
		Config: &enginecontainer.Config{
			Image: bkimage.DefaultImage,
			Cmd:   []string{"--config", "/etc/buildkit/buildkitd.toml"},
		},
		HostConfig: &enginecontainer.HostConfig{},
	}
	d, err = daemonOf(t.Context(), &fakeDaemon{container: &c}, node)
	assert.NilError(t, err)
	assert.DeepEqual(t, d.differences, []string{"its container has another file buildkitd.toml"})

	c.State = &enginecontainer.State{Status: enginecontainer.StateCreated} // what made it was interrupted
	d, err = daemonOf(t.Context(), &fakeDaemon{container: &c}, node)
	assert.NilError(t, err)
	assert.Assert(t, d.unfinished && len(d.differences) == 0, "%v", d)
	c.Config.Image = "moby/buildkit:other" // somebody else's
	d, err = daemonOf(t.Context(), &fakeDaemon{container: &c}, node)
	assert.NilError(t, err)
	assert.Assert(t, !d.unfinished && len(d.differences) == 2, "%v", d)
}
