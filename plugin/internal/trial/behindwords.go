package trial

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/shlex"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// filesOf are the words of a script that may be files or folders here: also those within a word that a shell takes
// apart, behind an equals sign, and what is mounted by a word.
func filesOf(script localtest.Command) (paths []string) {
	for _, arg := range script.Args {
		words, err := shlex.Split(arg)
		if err != nil {
			words = nil
		}
		for _, word := range append(words, arg) {
			paths = append(paths, pathsIn(word)...)
		}
	}
	return paths
}

// pathsIn are the parts of a word that may be paths, as in FILE; and --in=FILE, FOLDER:/there:ro and src=FOLDER,dst=X.
func pathsIn(word string) (paths []string) {
	parts := []string{word, strings.TrimRight(word, ";&|)")}
	if strings.Contains(word, ",") {
		parts = append(parts, strings.Split(word, ",")...)
	}
	for _, part := range parts {
		_, value, _ := strings.Cut(part, "=")
		for _, path := range []string{part, value, mountedFrom(part), mountedFrom(value)} {
			if path != "" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// mountedFrom is the folder or file here that a mount is of.
func mountedFrom(mount string) string {
	source, _, _ := strings.Cut(mount, ":")
	return source
}

// isOfMachine tells the folders that a machine has, and that programs in containers have as well: they are no part of a
// test, and others write there.
func isOfMachine(folder string) bool {
	whole, err := filepath.Abs(folder)
	if err != nil || whole == filepath.Clean(os.TempDir()) {
		return true
	}
	top, _, deeper := strings.Cut(strings.TrimPrefix(whole, "/"), "/")
	switch top {
	case "dev", "proc", "run", "sys":
		return true
	case "", "bin", "boot", "etc", "home", "lib", "lib64", "mnt", "opt", "root", "sbin", "srv", "tmp", "usr", "var":
		return !deeper
	}
	return false
}
