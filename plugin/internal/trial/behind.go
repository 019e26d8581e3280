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

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Bounds of what is read of the files that tests are made of: what is beyond counts by its size.
const (
	mostFiles = 2000
	mostBytes = 64 << 20
	// mostVisits is how many files, folders and links are looked at in folders.
	mostVisits = 20 * mostFiles
)

// behind is what the files have that tests are made of, by path.
type behind struct {
	sums map[string]string
	// programs are those that say what is done, and are no data.
	programs map[string]bool
	left     int64
	// visits is how much may still be looked at in folders.
	visits int
}

// lookBehind reads the files that are behind the words of tests now.
func lookBehind(tests localtest.Spec) behind {
	b := behind{sums: map[string]string{}, programs: map[string]bool{}, left: mostBytes, visits: mostVisits}
	for _, script := range tests.Scripts {
		b.addScript(script)
	}
	for _, file := range tests.Files {
		for _, mount := range file.ContainerRunOptions.BindMounts {
			b.addTree(mountedFrom(mount))
		}
	}
	return b
}

// addScript reads the files of a script. The first is what a program that is found in PATH carries out: sh ./x.sh.
func (b *behind) addScript(script localtest.Command) {
	found := strings.ContainsRune(script.Args[0], filepath.Separator)
	for _, path := range filesOf(script) {
		switch {
		case !isFolder(path):
			b.add(path)
		case !isOfMachine(path):
			b.addTree(path)
		}
		if _, is := b.programs[path]; is && !found {
			b.programs[path], found = true, true
		}
	}
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

// addTree reads a file, or all below a folder, but for what git keeps there. Where a link leads elsewhere counts.
func (b *behind) addTree(root string) {
	target, err := filepath.EvalSymlinks(root)
	if err != nil {
		return
	}
	_ = filepath.WalkDir(target, func(path string, entry fs.DirEntry, err error) error {
		b.visits--
		below, outside := filepath.Rel(target, path)
		named := filepath.Join(root, below)
		switch {
		case len(b.sums) >= mostFiles || b.visits < 0 || outside != nil:
			return filepath.SkipAll
		case err == nil && entry.IsDir() && entry.Name() == ".git" && below != ".":
			return filepath.SkipDir
		case err == nil && entry.Type() == fs.ModeSymlink && isFolder(path):
			b.addLink(named, path)
		case err == nil && !entry.IsDir():
			b.add(named)
		}
		return nil // what cannot be read is not counted
	})
}

// addLink notes where a link to a folder leads.
func (b *behind) addLink(named, path string) {
	if to, err := os.Readlink(path); err == nil {
		b.sums[named] = digest.FromString("link to " + to).Encoded()
	}
}

// isFolder tells that a path leads to a folder.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// below are the sums of the files that are a path or below it, by the rest of their paths.
func below(files map[string]string, root string) map[string]string {
	found := map[string]string{}
	for path, sum := range files {
		if rest, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rest) {
			found[rest] = sum
		}
	}
	return found
}

// changing stands for the sum of a program that was changed while the tests were run: what was run is not known.
const changing = "changing"

// steady are the sums of before, without those of files that the tests have written themselves: these are no part of
// them. Of a program that was changed meanwhile it is what it was before; sure has it as one that nothing equals.
func (b behind) steady(tests localtest.Spec) (steady, sure map[string]string) {
	now := lookBehind(tests)
	steady, sure = map[string]string{}, map[string]string{}
	for path, sum := range b.sums {
		switch {
		case now.sums[path] == sum:
			steady[path], sure[path] = sum, sum
		case b.programs[path]:
			steady[path], sure[path] = sum, changing
		}
	}
	return steady, sure
}
