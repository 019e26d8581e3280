package create

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/confutil"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// What a builder was asked for and does not have is said, but no value of a variable: it may hold a password.
func TestOptionDifferences(t *testing.T) {
	node := store.Node{DriverOpts: map[string]string{"network": "host", "env.http_proxy": "http://secret@proxy"}}
	for _, tc := range []struct {
		name string
		opts []string
		want []string
	}{
		{name: "nothing is asked for"},
		{name: "as asked for", opts: []string{"network=host"}},
		{name: "another", opts: []string{"network=none"}, want: []string{`its driver option network is "host", not "none"`}},
		{name: "lacking", opts: []string{"memory=1g"}, want: []string{"it lacks the driver option memory=1g"}},
		{
			name: "two in one", opts: []string{"memory=1g,network=none"},
			want: []string{"it lacks the driver option memory=1g", `its driver option network is "host", not "none"`},
		},
		{
			name: "variables", opts: []string{"env.http_proxy=http://other@proxy", "env.no_proxy=x"},
			want: []string{
				"it has another value of the driver option env.http_proxy",
				"it has another value of the driver option env.no_proxy",
			},
		},
		{name: "quoted", opts: []string{`"network=host"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := optionDifferences(node, tc.opts)
			assert.NilError(t, err)
			assert.DeepEqual(t, got, tc.want)
		})
	}
	_, err := optionDifferences(node, []string{`"network`})
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, "--driver-opt")
}

// Flags of the daemon that a builder has besides those asked for are nobody else's affair.
func TestFlagDifferences(t *testing.T) {
	node := store.Node{BuildkitdFlags: []string{"--debug", "--oci-worker-gc=true"}}
	for flags, want := range map[string][]string{
		"":                               nil,
		"--debug":                        nil,
		"--debug '--oci-worker-gc=true'": nil,
		"--trace --debug":                {`it lacks the buildkitd flag "--trace"`},
	} {
		got, err := flagDifferences(node, flags)
		assert.NilError(t, err)
		assert.DeepEqual(t, got, want)
	}
	_, err := flagDifferences(node, "'--debug")
	assert.ErrorIs(t, err, errdefs.ErrInput)
	assert.ErrorContains(t, err, "--buildkitd-flags")
}

// A file that the user gave has to be the same; of one that follows from the engine every registry has to be there.
func TestFileDifferences(t *testing.T) {
	const one, two = "[registry.\"a.example\"]\nhttp = true\n", "[registry.\"b.example\"]\ninsecure = true\n"
	for _, tc := range []struct {
		name, asked, has string
		given            bool
		want             string // with FILE for the path; empty: as asked for
	}{
		{name: "the same", asked: one, has: one},
		{name: "given and the same", asked: one, has: one, given: true},
		{name: "more than follows from the engine", asked: one, has: one + two},
		{name: "given, and more", asked: one, has: one + two, given: true, want: `its settings are not those of "FILE"`},
		{name: "less", asked: one + two, has: one, want: `it does not know the registry "b.example" as the engine does`},
		{
			name: "other", asked: one, has: "[registry.\"a.example\"]\nhttp = false\n",
			want: `it does not know the registry "a.example" as the engine does`,
		},
		{name: "none", asked: one, want: `it does not know the registry "a.example" as the engine does`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "asked.toml")
			assert.NilError(t, os.WriteFile(file, []byte(tc.asked), 0o600))
			s := settings{configFile: file}
			if tc.given {
				s.config.ConfigFile = "FILE"
			}
			kept := filepath.Join(t.TempDir(), "kept.toml")
			assert.NilError(t, os.WriteFile(kept, []byte(tc.has), 0o600))
			files, err := confutil.LoadConfigFiles(kept)
			assert.NilError(t, err)
			got, err := s.fileDifferences(store.Node{Files: files})
			assert.NilError(t, err)
			if tc.want == "" {
				assert.Equal(t, len(got), 0, "%q", got)
				return
			}
			assert.DeepEqual(t, got, []string{tc.want})
		})
	}
	none, err := settings{}.fileDifferences(store.Node{})
	assert.NilError(t, err)
	assert.Equal(t, len(none), 0)
}

// A builder of another driver serves where nobody asks for one.
func TestDifferencesOfDrivers(t *testing.T) {
	for _, tc := range []struct {
		name   string
		driver string
		config Config
		want   []string
	}{
		{name: "as it is", driver: "kubernetes"},
		{name: "as asked for", driver: "kubernetes", config: Config{Driver: "kubernetes"}},
		{
			name: "another is asked for", driver: "kubernetes", config: Config{Driver: "docker-container"},
			want: []string{`its driver is "kubernetes", not "docker-container"`},
		},
		{
			name: "an image is asked for", driver: "kubernetes", config: Config{Image: "i"},
			want: []string{`its node "b0": it lacks the driver option image=i`},
		},
		{
			name: "flags are asked for", driver: "kubernetes", config: Config{BuildkitdFlags: "--debug"},
			want: []string{`its node "b0": it lacks the buildkitd flag "--debug"`},
		},
		{
			name: "the engine's own", driver: builder.DockerDriver, config: Config{Named: true},
			want: []string{`its driver is "docker", not "docker-container"`},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			group := &store.NodeGroup{Driver: tc.driver, Nodes: []store.Node{{Name: "b0"}}}
			got, err := settings{config: tc.config}.differences(nil, group)
			assert.NilError(t, err)
			assert.DeepEqual(t, got, tc.want)
		})
	}
}
