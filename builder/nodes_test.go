package builder

import (
	"errors"
	"testing"

	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

func onLinux(architecture string) ocispec.Platform {
	return ocispec.Platform{OS: "linux", Architecture: architecture}
}

// withNodes is a builder whose nodes run, natively the first platform of each list, and emulate the others.
func withNodes(runs ...[]string) *Builder {
	b := &Builder{Name: "b"}
	for i, list := range runs {
		node := buildxbuilder.Node{
			Node:       store.Node{Name: string(rune('0' + i))},
			DriverInfo: &driver.Info{Status: driver.Running},
		}
		for _, architecture := range list {
			node.Platforms = append(node.Platforms, onLinux(architecture))
		}
		b.nodes = append(b.nodes, node)
		b.natives = append(b.natives, node.Platforms[0])
	}
	return b
}

func TestPlace(t *testing.T) {
	declaring := withNodes([]string{"amd64", "arm64"}, []string{"amd64", "arm64"})
	declaring.nodes[1].Node.Platforms = []ocispec.Platform{onLinux("arm64")}
	for _, tc := range []struct {
		name         string
		builder      *Builder
		architecture string
		want         int
	}{
		{"a native node before one that emulates", withNodes([]string{"amd64", "arm64"}, []string{"arm64", "amd64"}), "arm64", 1},
		{"the first that emulates", withNodes([]string{"amd64", "s390x"}, []string{"arm64", "s390x"}), "s390x", 0},
		{"one that declares it", declaring, "arm64", 1},
		{"the others of a builder with such a node", declaring, "amd64", 0},
		{"none of several", withNodes([]string{"amd64"}, []string{"arm64"}), "s390x", -1},
		{"the only one, which may cross-compile", withNodes([]string{"amd64"}), "s390x", 0},
		{"32 bits on 64", withNodes([]string{"arm64", "386"}, []string{"amd64"}), "386", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.builder.place(onLinux(tc.architecture)), tc.want)
		})
	}
}

// What has to run on a node that is gone fails by name; the rest goes on.
func TestAssign(t *testing.T) {
	b := withNodes([]string{"amd64", "arm64"}, []string{"arm64"})
	b.nodes[1].Node.Platforms = []ocispec.Platform{onLinux("arm64")}
	a, err := b.assign([]ocispec.Platform{onLinux("amd64"), onLinux("arm64")})
	assert.NilError(t, err)
	assert.DeepEqual(t, a.names, map[string]string{"linux/amd64": "0", "linux/arm64": "1"})
	assert.DeepEqual(t, a.nodes[0].Platforms, []ocispec.Platform{onLinux("amd64")})
	assert.DeepEqual(t, b.nodes[0].Platforms, []ocispec.Platform{onLinux("amd64"), onLinux("arm64")})

	b.nodes[1].Err = errors.New("connection refused")
	_, err = b.assign([]ocispec.Platform{onLinux("amd64")})
	assert.NilError(t, err)
	_, err = b.assign([]ocispec.Platform{onLinux("amd64"), onLinux("arm64")})
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	assert.ErrorContains(t, err, `node "1" of builder "b", which is to work for linux/arm64: connection refused`)
	_, err = b.assign([]ocispec.Platform{onLinux("s390x")})
	assert.ErrorContains(t, err, `no node of builder "b" runs linux/s390x`)
}
