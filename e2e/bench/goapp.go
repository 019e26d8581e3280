//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// goDockerfile compiles on the build machine for every platform, as Dockerfiles of Go programs are advised to.
const goDockerfile = `FROM --platform=$BUILDPLATFORM %s AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH TARGETVARIANT
ENV PATH=/usr/local/go/bin:/bin CGO_ENABLED=0 HOME=/tmp GOCACHE=/cache
RUN --mount=type=cache,target=/cache GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v} go build -o /out/app .
FROM busybox
COPY --from=build /out/app /app
CMD ["/app"]
`

// goProgram is a web server that ends at once. Each one prints another word.
const goProgram = `package main

import (
	"fmt"
	"net/http"
)

func main() {
	http.Handle("/", http.NotFoundHandler())
	fmt.Println(%q)
}
`

// goApp is a Go program that is compiled for each platform, without an emulator, by the toolchain of this machine.
func (b *bench) goApp() app {
	compiler := b.wire.host + "/bench/golang:1"
	files := func(arch string, _ int64) []file {
		if !first(arch) {
			return nil
		}
		source, module := fmt.Sprintf(goProgram, rand.Text()), "module example.com/app\n\ngo 1.26\n"
		return []file{
			{"main.go", strings.NewReader(source), int64(len(source))},
			{"go.mod", strings.NewReader(module), int64(len(module))},
		}
	}
	return app{
		"a Go program", fmt.Sprintf(goDockerfile, compiler),
		[]situation{{name: "its source changed", changed: platforms()}, {name: "nothing changed"}},
		files, func(ctx context.Context) error { return b.compiler(ctx, compiler) },
	}
}

// compiler puts an image of the Go toolchain of this machine into the registry.
func (b *bench) compiler(ctx context.Context, reference string) error {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking for the Go toolchain: %w", err)
	}
	dockerfile := b.path("golang.Dockerfile")
	const lines = "FROM busybox\nCOPY bin /usr/local/go/bin\nCOPY pkg /usr/local/go/pkg\nCOPY src /usr/local/go/src\n" +
		"COPY go.env VERSION /usr/local/go/\n"
	if err := os.WriteFile(dockerfile, []byte(lines), 0o600); err != nil {
		return err
	}
	_, err = b.exec(ctx, b.path("docker", "cli-plugins", "docker-buildx"), "build", "--quiet", "--provenance=false",
		"--platform", platforms()[0], "--push", "-t", reference, "-f", dockerfile, strings.TrimSpace(string(root)))
	return err
}
