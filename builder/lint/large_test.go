package lint_test

import (
	"context"
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

// patience is a context that is canceled once it was asked often enough; it counts on.
type patience struct {
	context.Context
	asked, enough int
}

// Err implements [context.Context].
func (p *patience) Err() error {
	if p.asked++; p.asked > p.enough {
		return context.Canceled
	}
	return nil
}

// Nobody has to wait for the end of a large one.
func TestCheckIsCanceled(t *testing.T) {
	in := inputOf(t, "FROM busybox\nARG TARGETARCH\n"+repeat(5000, func(i int) string {
		return fmt.Sprintf("RUN wget https://x.example/tool-%d-$TARGETARCH.tgz\n", i)
	}))
	ctx := &patience{Context: t.Context(), enough: 50}
	found, err := lint.Check(ctx, in)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, len(found), 0)
	assert.Check(t, ctx.asked > 50 && ctx.asked < 200, "asked %d times: it went on", ctx.asked)
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
	found, err := lint.Check(t.Context(), inputOf(t, text))
	assert.NilError(t, err)
	return found
}

// inputOf is a text for these two platforms.
func inputOf(t *testing.T, text string) lint.Input {
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
	return in
}
