package lint_test

import (
	"strings"
	"testing"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// What was lost in public before it was built: each is found, by the rule that is for it, on the platform that lost.
func TestStories(t *testing.T) {
	for _, tc := range []struct{ story, text, rule, line string }{
		{
			"atmos#2931: an arm64 image with an amd64 userland", `FROM --platform=$BUILDPLATFORM golang:1.26 AS builder
ARG TARGETOS TARGETARCH
COPY . /src
RUN cd /src && CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /tool .
FROM --platform=$BUILDPLATFORM debian:13-slim
RUN apt-get update && apt-get install -y curl git
COPY --from=builder /tool /usr/local/bin/tool
`, "TargetOnBuildPlatform", "5 linux/arm64",
		},
		{
			"crw#113: a release of two hours under emulation", `FROM rust:1.91 AS builder
WORKDIR /app
COPY . .
RUN cargo build --release -p server
FROM debian:13-slim
COPY --from=builder /app/target/release/server /usr/local/bin/
`, "EmulatedCompiler", "4 linux/arm64",
		},
		{
			"build-push-action#1348: the same with Go", `FROM golang:1.26-alpine AS builder
WORKDIR /app
COPY . .
RUN go build -ldflags="-s -w" -o server .
FROM alpine:3.22
COPY --from=builder /app/server /server
`, "EmulatedCompiler", "4 linux/arm64",
		},
		{
			"geckodriver-arm-binaries#3: from 45 to 7 minutes", `FROM rust:1.91
RUN git clone https://github.com/example/driver /driver
WORKDIR /driver
RUN cargo build --release
`, "EmulatedCompiler", "4 linux/arm64",
		},
		{
			"buildkit#2598: one cache for all architectures", `FROM alpine:3.22 AS base
RUN --mount=type=cache,sharing=locked,target=/var/cache/apk \
    apk add python3 py3-pip py3-wheel
`, "SharedCacheMount", "2 linux/amd64,linux/arm64",
		},
	} {
		t.Run(tc.story, func(t *testing.T) {
			parsed, err := dockerfile.Parse("Dockerfile", []byte(tc.text))
			assert.NilError(t, err)
			in := lint.Input{Emulated: func(p ocispec.Platform) bool { return p.Architecture != "amd64" }}
			for _, p := range []string{"linux/amd64", "linux/arm64"} {
				view, err := parsed.For(platforms.MustParse(p), dockerfile.Setting{Build: platforms.MustParse("linux/amd64")})
				assert.NilError(t, err)
				in.Views = append(in.Views, view)
			}
			found, err := lint.Check(t.Context(), in)
			assert.NilError(t, err)
			assert.Equal(t, len(found), 1, "%v", found)
			assert.Equal(t, found[0].Rule, tc.rule)
			assert.Equal(t, string(rune('0'+found[0].Line))+" "+strings.Join(found[0].Platforms, ","), tc.line)
		})
	}
}
