//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// app is something to build, in the situations that tell something of it.
type app struct {
	name       string
	dockerfile string
	situations []situation
	// files are those of a platform, each with its bytes.
	files func(arch string, size int64) []file
	// prepare makes what the Dockerfile needs of the registry; nil: nothing.
	prepare func(context.Context) error
}

// file is one of the build context.
type file struct {
	name    string
	content io.Reader
	size    int64
}

// situation is what changed since the last time.
type situation struct {
	name string
	// changed are the platforms whose files are new.
	changed []string
	// cloned has the same files come anew, as a fresh clone brings them.
	cloned bool
}

// parts is of how many layers the app consists that has many.
const parts = 40

func (b *bench) apps() []app {
	cold := situation{name: "cold", changed: platforms()}
	one := func(arch string, size int64) []file { return []file{{"payload-" + arch, rand.Reader, size}} }
	shared := func(arch string, size int64) []file {
		if !first(arch) {
			return nil
		}
		return []file{{"payload", rand.Reader, size}}
	}
	from := func(lines ...string) string {
		return "FROM busybox\nARG TARGETARCH\n" + strings.Join(lines, "\n") + "\nCMD [\"true\"]\n"
	}
	layers := make([]string, parts)
	for i := range layers {
		layers[i] = fmt.Sprintf("COPY part%d-$TARGETARCH /part%d", i, i)
	}
	return []app{
		{"one layer each", from("COPY payload-$TARGETARCH /payload"), []situation{
			cold,
			{name: "one platform changed", changed: platforms()[1:2]},
			{name: "nothing changed"},
			{name: "a fresh clone of the same", cloned: true},
		}, one, nil},
		{"COPY . .", from("COPY . /app"), []situation{cold, {name: "nothing changed"}}, shared, nil},
		{fmt.Sprint(parts, " layers"), from(layers...), []situation{cold}, func(arch string, size int64) (all []file) {
			for i := range parts {
				all = append(all, file{fmt.Sprintf("part%d-%s", i, arch), rand.Reader, size / parts})
			}
			return all
		}, nil},
		{"text", from("COPY payload-$TARGETARCH /payload"), []situation{cold}, func(arch string, size int64) []file {
			return []file{{"payload-" + arch, &text{}, size}}
		}, nil},
		b.goApp(),
	}
}

// first says whether an architecture is the one that files for all platforms are made with.
func first(arch string) bool { return arch == strings.Split(platforms()[0], "/")[1] }

// text is hexadecimal digits, which compress to half.
type text struct{ half [1 << 14]byte }

// Read implements io.Reader.
func (t *text) Read(p []byte) (int, error) {
	n := min(len(p)/2, len(t.half))
	if _, err := rand.Read(t.half[:n]); err != nil {
		return 0, err
	}
	return copy(p, fmt.Sprintf("%x", t.half[:n])), nil
}

// use makes the context of an app, in place of the one before.
func (b *bench) use(ctx context.Context, a app) error {
	b.app = a
	if a.prepare != nil {
		if err := a.prepare(ctx); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(b.path("app")); err != nil {
		return err
	}
	if err := os.MkdirAll(b.path("app"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(b.path("app", "Dockerfile"), []byte(a.dockerfile), 0o600); err != nil {
		return err
	}
	return b.change(platforms())
}

// change gives platforms new files. They are not made in memory: Linux counts that of this process as its children's.
func (b *bench) change(changed []string) error {
	for _, platform := range changed {
		for _, f := range b.app.files(strings.Split(platform, "/")[1], int64(b.size)) {
			if err := write(b.path("app", f.name), f.content, f.size); err != nil {
				return err
			}
		}
	}
	return nil
}

// clone has every file come anew with the same bytes.
func (b *bench) clone() error {
	files, err := filepath.Glob(b.path("app", "*"))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(slices.Values(files)) {
		old, err := os.Open(name)
		if err != nil {
			return err
		}
		info, err := old.Stat()
		if err == nil {
			err = write(name+".new", old, info.Size())
		}
		if err := errors.Join(err, old.Close(), os.Rename(name+".new", name)); err != nil {
			return err
		}
	}
	return nil
}

func write(name string, content io.Reader, size int64) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(out, content, size)
	return errors.Join(err, out.Close())
}
