package builder

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/docker/buildx/store"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// What a platform needs is the node that is for it, else those that may run it.
func TestNeed(t *testing.T) {
	nodes := func(declare ...string) (list []store.Node) {
		for i, text := range declare {
			node := store.Node{Name: string(rune('0' + i))}
			for architecture := range strings.FieldsSeq(text) {
				node.Platforms = append(node.Platforms, onLinux(architecture))
			}
			list = append(list, node)
		}
		return list
	}
	for _, tc := range []struct {
		name  string
		nodes []store.Node
		need  string
		want  string
	}{
		{"the one that declares it", nodes("", "arm64", "s390x"), "arm64", "1"},
		{"those that declare nothing", nodes("", "arm64", ""), "amd64", "0 2"},
		{"one of each", nodes("", "arm64", "s390x"), "amd64 s390x", "0 2"},
		{"one whose platform runs it", nodes("", "arm64", "amd64"), "386", "0 2"},
		{"all, where none is for it", nodes("arm64", "amd64"), "s390x", "0 1"},
		{"all, where nothing is named", nodes("arm64", "amd64"), "", "0 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var list []ocispec.Platform
			for architecture := range strings.FieldsSeq(tc.need) {
				list = append(list, onLinux(architecture))
			}
			got := slices.Sorted(maps.Keys(Need{Platforms: list}.of(tc.nodes)))
			assert.Equal(t, strings.Join(got, " "), tc.want)
		})
	}
	many := Need{Platforms: []ocispec.Platform{onLinux("arm64")}, Works: 2}.of(nodes("arm64", "amd64", "arm64", "arm64"))
	assert.DeepEqual(t, many, map[string]bool{"0": true, "2": true})
	some := Need{Any: true}.of(nodes("arm64", "amd64"))
	assert.DeepEqual(t, some, map[string]bool{"0": true})
}
