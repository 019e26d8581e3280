package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/shlex"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Bounds of what is read of the files that tests are made of: what is beyond counts by its size.
const (
	mostFiles = 2000
	mostBytes = 64 << 20
)

// behind is what the files have that tests are made of, by path.
type behind struct {
	sums map[string]string
	// programs are those that say what is done, and are no data.
	programs map[string]bool
	left     int64
}

// lookBehind reads the files that are behind the words of tests now.
func lookBehind(tests localtest.Spec) behind {
	b := behind{sums: map[string]string{}, programs: map[string]bool{}, left: mostBytes}
	for _, script := range tests.Scripts {
		for _, path := range filesOf(script) {
			b.add(path)
		}
	}
	for _, file := range tests.Files {
		for _, mount := range file.ContainerRunOptions.BindMounts {
			b.addTree(mountedFrom(mount))
		}
	}
	return b
}

// mountedFrom is the folder or file here that a mount is of.
func mountedFrom(mount string) string {
	source, _, _ := strings.Cut(mount, ":")
	return source
}

// filesOf are the words of a script that may be files here: also those within a word that a shell takes apart, and
// behind an equals sign.
func filesOf(script localtest.Command) (paths []string) {
	for _, arg := range script.Args {
		words, err := shlex.Split(arg)
		if err != nil {
			words = nil
		}
		for _, word := range append(words, arg) {
			_, value, _ := strings.Cut(word, "=")
			for _, path := range []string{word, strings.TrimRight(word, ";&|)"), value} {
				if path != "" {
					paths = append(paths, path)
				}
			}
		}
	}
	return paths
}

// add reads a file; what is none is left out.
func (b *behind) add(path string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || b.sums[path] != "" || len(b.sums) >= mostFiles {
		return
	}
	b.programs[path] = info.Mode()&0o111 != 0
	if info.Size() > b.left {
		b.sums[path] = strconv.FormatInt(info.Size(), 10)
		return
	}
	file, err := localfile.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(file, b.left))
	if b.left -= n; err != nil {
		return
	}
	b.sums[path] = hex.EncodeToString(hash.Sum(nil))
}

// addTree reads a file, or all below a folder.
func (b *behind) addTree(root string) {
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case len(b.sums) >= mostFiles:
			return filepath.SkipAll
		case err == nil && !entry.IsDir():
			b.add(path)
		}
		return nil // what cannot be read is not counted
	})
}

// steady are the sums of before, without those of files that the tests have written themselves: these are no part of
// them.
func (b behind) steady(tests localtest.Spec) map[string]string {
	now := lookBehind(tests)
	steady := map[string]string{}
	for path, sum := range b.sums {
		if now.sums[path] == sum || b.programs[path] {
			steady[path] = sum
		}
	}
	return steady
}
