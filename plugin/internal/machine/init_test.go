package machine

import (
	"cmp"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// An init that names no platform takes none away from what an earlier one has proven.
func TestInitKeepsProvenPlatforms(t *testing.T) {
	for _, tc := range []struct {
		name, asked, from string
		proven            []string
		want              string
	}{
		{name: "first init", want: "linux/amd64, linux/arm64 (the default)"},
		{
			name: "first init, by the environment", asked: "linux/s390x", from: "DOCKER_DEFAULT_PLATFORM",
			want: "linux/s390x (DOCKER_DEFAULT_PLATFORM)",
		},
		{
			name:   "four were proven",
			proven: []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"},
			want:   "linux/amd64, linux/arm64, linux/arm/v7, linux/s390x (an earlier init)",
		},
		{
			name: "one was proven", proven: []string{"linux/arm64"},
			want: "linux/arm64, linux/amd64 (an earlier init and the default)",
		},
		{
			name: "--platform alone decides", asked: "linux/arm64", from: "--platform", proven: []string{"linux/s390x"},
			want: "linux/arm64 (--platform)",
		},
		{
			name: "an unknown one was recorded", proven: []string{"linux/nonsense"},
			want: "linux/amd64, linux/arm64 (the default)",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			assert.NilError(t, WriteRecord(fake.Host(), Record{Platforms: tc.proven}))
			asked := platform.Choice{
				Platforms: plugintest.ParsePlatforms(
					t,
					cmp.Or(tc.asked, "linux/amd64,linux/arm64"),
				),
				From: cmp.Or(tc.from, "the default"),
			}
			i := NewInit(fake.Host(), InitRequest{Asked: asked, Named: tc.from == "--platform"}, nil)
			i.begin()
			assert.Equal(t, i.asked.String(), tc.want)
		})
	}
}

// A record that cannot be read is told, and begun anew.
func TestInitBeginsAnew(t *testing.T) {
	fake := plugintest.NewCLI(t)
	assert.NilError(t, WriteRecord(fake.Host(), Record{}))
	assert.NilError(t, os.WriteFile(RecordFile(fake.Host()), []byte("{"), 0o600))
	i := NewInit(fake.Host(), InitRequest{}, nil)
	i.begin()
	assert.Equal(t, len(i.remarks), 1)
	assert.Assert(t, strings.Contains(i.remarks[0], RecordFile(fake.Host())), i.remarks[0])
}
