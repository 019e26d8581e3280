package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// A Dockerfile that a program has written is looked at to its end, however its stages hang together, and values that
// double with every line are not filled in.
func TestLargeDockerfiles(t *testing.T) {
	for name, text := range map[string]string{
		"ten thousand instructions": "FROM busybox\nARG TARGETARCH\n" + repeat(10000, func(i int) string {
			return fmt.Sprintf("RUN wget https://x.example/tool-%d-$TARGETARCH.tgz && tar xf tool-%[1]d.tgz\n", i)
		}),
		"a chain of stages": "FROM busybox AS s0\n" + repeat(2000, func(i int) string {
			return fmt.Sprintf("FROM s%d AS s%d\nENV A%[2]d=$A%[1]dx\nRUN echo $TARGETARCH\n", i, i+1)
		}),
		"values that double": "FROM busybox\nENV A0=xxxxxxxxxx\n" + repeat(39, func(i int) string {
			return fmt.Sprintf("ENV A%d=$A%d$A%[2]d\n", i+1, i)
		}) + "RUN wget https://x.example/$A39/tool\n",
	} {
		t.Run(name, func(t *testing.T) {
			_ = checkText(t, text) // it ends, and not for want of memory
		})
	}
}

// repeat writes lines by their number.
func repeat(n int, line func(int) string) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(line(i))
	}
	return out.String()
}

// What a stage sets, every stage sees that is built on it, however far away.
func TestArgumentsOfAncestors(t *testing.T) {
	found := checkText(t, `FROM busybox AS a
ARG TARGETARCH
FROM a AS b
RUN true
FROM b
RUN wget https://x.example/$TARGETARCH/tool
`)
	assert.Equal(t, len(found), 0, fmt.Sprint(found))
}

// checkText checks for two platforms, of which the first is that of the builder.
func checkText(t *testing.T, text string) []lint.Finding {
	t.Helper()
	file, err := dockerfile.Parse("Dockerfile", []byte(text))
	assert.NilError(t, err)
	build := platforms.MustParse("linux/amd64")
	in := lint.Input{Emulated: func(ocispec.Platform) bool { return false }}
	for _, name := range []string{"linux/amd64", "linux/arm64"} {
		view, err := file.For(platforms.MustParse(name), dockerfile.Setting{Build: build})
		assert.NilError(t, err)
		in.Views = append(in.Views, view)
	}
	found, err := lint.Check(in)
	assert.NilError(t, err)
	return found
}
