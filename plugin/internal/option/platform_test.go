package option

import (
	"testing"

	"gotest.tools/v3/assert"
)

// The flag decides, else what init has proven, else the environment, else the default; "all" is for init and status.
func TestPlatformsAreChosen(t *testing.T) {
	for _, tc := range []struct {
		name, environ  string
		values, proven []string
		want           string
		every          bool
	}{
		{name: "default", want: "linux/amd64, linux/arm64 (the default)"},
		{name: "environment", environ: "linux/s390x", want: "linux/s390x (DOCKER_DEFAULT_PLATFORM)"},
		{name: "proven", environ: "linux/s390x", proven: []string{"linux/arm/v7"}, want: "linux/arm/v7 (docker multiplat init)"},
		{name: "flag", values: []string{"arm64"}, proven: []string{"linux/arm/v7"}, want: "linux/arm64 (--platform)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("DOCKER_DEFAULT_PLATFORM", tc.environ)
			asked, every, err := (&Platform{Values: tc.values}).Prepare(tc.proven)
			assert.NilError(t, err)
			assert.Assert(t, !every)
			assert.Equal(t, asked.String(), tc.want)
		})
	}
	asked, every, err := (&Platform{Values: []string{"all"}}).Prepare(nil)
	assert.NilError(t, err)
	assert.Assert(t, every && len(asked.Platforms) > 2)
}

// What is easily taken for 64-bit ARM is told.
func TestPlatformNotes(t *testing.T) {
	assert.Equal(t, len((&Platform{Values: []string{"linux/arm64/v8,linux/arm/v7"}}).Notes()), 0)
	assert.DeepEqual(t, (&Platform{Values: []string{"amd64", "linux/arm/v8"}}).Notes(),
		[]string{"linux/arm/v8 is 32-bit ARM; 64-bit ARM is linux/arm64"})
}
