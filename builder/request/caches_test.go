package request

import (
	"testing"

	"github.com/docker/buildx/util/buildflags"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

func places(entries []*buildflags.CacheOptionsEntry) []string {
	var out []string
	for _, e := range entries {
		for _, key := range []string{"ref", "dest", "src", "scope", "name"} {
			if v, ok := e.Attrs[key]; ok {
				out = append(out, v)
			}
		}
	}
	return out
}

func TestCachesPerPlatform(t *testing.T) {
	amd64, armv7 := ocispec.Platform{
		OS:           "linux",
		Architecture: "amd64",
	}, ocispec.Platform{
		OS:           "linux",
		Architecture: "arm",
		Variant:      "v7",
	}
	for _, tc := range []struct {
		name           string
		to, from       []string
		wantTo, wantIn []string
	}{
		{
			name: "registry, the same value both ways", to: []string{"type=registry,ref=reg.corp/app:cache"}, from: []string{"reg.corp/app:cache"},
			wantTo: []string{"reg.corp/app:cache--armv7"}, wantIn: []string{"reg.corp/app:cache--amd64", "reg.corp/app:cache--armv7"},
		},
		{
			name: "registry, import only", from: []string{"reg.corp/app"},
			wantIn: []string{"reg.corp/app", "reg.corp/app:latest--amd64", "reg.corp/app:latest--armv7"},
		},
		{
			name: "local", to: []string{"type=local,dest=/c"}, from: []string{"type=local,src=/c"},
			wantTo: []string{"/c/linux-arm-v7"}, wantIn: []string{"/c/linux-amd64", "/c/linux-arm-v7"},
		},
		{
			name: "s3 without a name", to: []string{"type=s3,bucket=b,region=r"}, from: []string{"type=s3,bucket=b,region=r,name=other"},
			wantTo: []string{"buildkit-linux-arm-v7"}, wantIn: []string{"other", "other-linux-amd64", "other-linux-arm-v7"},
		},
		{
			name: "gha, the same scope both ways", to: []string{"type=gha,scope=app"}, from: []string{"type=gha,scope=app"},
			wantTo: []string{"app-linux-arm-v7"}, wantIn: []string{"app-linux-amd64", "app-linux-arm-v7"},
		},
		{
			name: "gha without a scope", to: []string{"type=gha"}, wantTo: []string{"buildkit-linux-arm-v7"},
		},
		{name: "inline has no place", to: []string{"type=inline"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := Request{CacheTo: tc.to, CacheFrom: tc.from, Platforms: []ocispec.Platform{amd64, armv7}}
			to, from, err := r.caches(armv7)
			assert.NilError(t, err)
			assert.DeepEqual(t, places(to), tc.wantTo)
			assert.DeepEqual(t, places(from), tc.wantIn)
		})
	}
}
