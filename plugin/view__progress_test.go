package plugin

import (
	"testing"

	"github.com/moby/buildkit/util/progress/progressui"
	"gotest.tools/v3/assert"
)

func TestProgressMode(t *testing.T) {
	for _, tc := range []struct {
		name, env string
		options   progressOptions
		want      progressui.DisplayMode
		silent    bool
	}{
		{"default", "", progressOptions{mode: "auto"}, progressui.AutoMode, false},
		{"environment", "plain", progressOptions{mode: "auto"}, progressui.PlainMode, false},
		{"flag before environment", "plain", progressOptions{mode: "tty"}, progressui.TtyMode, false},
		{"quiet by environment", "quiet", progressOptions{mode: "auto"}, progressui.QuietMode, true},
		{"quiet before all", "plain", progressOptions{mode: "auto", quiet: true}, progressui.QuietMode, true},
		{"none, as docker buildx has it", "plain", progressOptions{mode: "none"}, progressui.QuietMode, true},
		{"JSON is not to be mixed with words", "", progressOptions{mode: "rawjson"}, progressui.RawJSONMode, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("BUILDKIT_PROGRESS", tc.env)
			assert.NilError(t, tc.options.validate())
			assert.Equal(t, tc.options.display(), tc.want)
			assert.Equal(t, tc.options.silent(), tc.silent)
		})
	}
	t.Setenv("BUILDKIT_PROGRESS", "fancy")
	err := (&progressOptions{mode: "auto"}).validate()
	assert.ErrorContains(t, err, `unknown progress mode "fancy" in BUILDKIT_PROGRESS; use auto, plain`)
	assert.Equal(t, codeOf(err), exitInput)
	assert.NilError(t, (&progressOptions{mode: "plain"}).validate())
	_, err = (&progressOptions{mode: "tty"}).open(t.Context(), newTestCLI(t), "building")
	assert.ErrorContains(t, err, `"tty"`)
	assert.Equal(t, codeOf(err), exitInput)
}
