package create

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// What differs is refused unless it may be replaced, and the error says which of the two kinds it is.
func TestRefusal(t *testing.T) {
	differs := []string{"its driver is x", "it lacks y"}
	for _, tc := range []struct {
		name string
		plan plan
		want string // empty: nothing is refused
	}{
		{name: "new", plan: plan{}},
		{name: "as asked for", plan: plan{Plan: Plan{Exists: true}}},
		{
			name: "a builder", plan: plan{Plan: Plan{Exists: true, Differences: differs}},
			want: `builder "b" exists, but not as it is asked for: its driver is x; it lacks y`,
		},
		{
			name: "a container", plan: plan{Plan: Plan{Container: "c", Differences: differs[:1]}},
			want: `container "c", which another folder of settings has made, exists, but not as it is asked for: ` +
				"its driver is x",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.plan.asked.config.Name = "b"
			err := tc.plan.refusal()
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorIs(t, err, errdefs.ErrDiffers)
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			assert.Equal(t, err.Error(), tc.want)
			tc.plan.asked.config.Recreate = true
			assert.NilError(t, tc.plan.refusal())
		})
	}
}

// The first node of a builder of containers has all that was asked for and all that follows.
func TestCreateOpts(t *testing.T) {
	contained := settings{
		notes: []string{"told"}, derived: []string{"env.A=b"}, configFile: "f.toml",
		config: Config{Name: "b", DriverOpts: []string{"network=host"}, BuildkitdFlags: "--debug"},
	}
	opts := contained.createOpts()
	assert.Equal(t, opts.Driver, builder.ContainerDriver)
	assert.DeepEqual(t, opts.DriverOpts, []string{"network=host", "env.A=b"})
	assert.Equal(t, opts.BuildkitdFlags, "--debug")
	assert.Equal(t, opts.BuildkitdConfigFile, "f.toml")
}
