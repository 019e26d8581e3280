package report

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

func TestMarkdownEscapes(t *testing.T) {
	assert.Equal(
		t,
		written(t, "r.md"),
		"## Tests of app:1\n\n✘ **3 of 4 platforms did not pass: linux/ppc64le not built, "+
			"linux/amd64 failed, linux/arm64 inconclusive**\n\n"+
			`| TEST | linux/amd64 | linux/arm64 | linux/s390x | linux/ppc64le |
| --- | --- | --- | --- | --- |
| a | passed 1.5s | inconclusive | passed (cached) | - |
| b\|c | failed 1s | not run | - | - |
| d | skipped | - | - | - |
| verdict | failed, native | inconclusive, emulated | passed, emulated | not built (build emulated) |

- linux/amd64: b\|c: **failed**: no &lt;b&gt;

      `+"``` ]]> <script>"+`

- linux/amd64: d: **skipped**: not here

- linux/arm64: a: **inconclusive**: not done after 4m0s

- linux/arm64: b\|c: **not run**: no emulator

- linux/ppc64le: not built: RUN false

      app.c:1: *no*
      <b>
`,
	)
}

// What was built, and looked at, stands below the tests: one table for each target.
func TestMarkdownOfTargets(t *testing.T) {
	golden.Assert(t, writtenOf(t, "r.md", baked()), "baked.md.golden")
}
