package binfmt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// Folder is where binfmt_misc is mounted.
const Folder = "/proc/sys/fs/binfmt_misc"

// bootFile tells one run of a kernel from another.
const bootFile = "/proc/sys/kernel/random/boot_id"

// Table is what the kernel of an engine's host does with foreign programs.
type Table struct {
	// Kernel is false where the kernel has no binfmt_misc, or has not loaded it.
	Kernel bool
	// Mounted tells whether binfmt_misc is mounted on the host. Where it is not, entries live only as long as some
	// container has it mounted.
	Mounted bool
	// Off is true while all entries are switched off together (file status).
	Off bool
	// Boot identifies this run of the kernel.
	Boot string
	// Handlers are the entries, in the order of their names.
	Handlers []Handler
}

// maxTableFile is more than the kernel says of an emulator, or of a boot.
const maxTableFile = 64 << 10

// ReadFolder reads the table of this machine from folder, which is [Folder] unless a test has one of its own.
func ReadFolder(folder string) (Table, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return Table{}, nil
	}
	if err != nil {
		return Table{}, fmt.Errorf("reading binfmt_misc: %w", err)
	}
	files := map[string]string{}
	var names []string
	for _, entry := range entries {
		if entry.Name() == "register" {
			continue
		}
		text, err := localfile.Read(filepath.Join(folder, entry.Name()), maxTableFile)
		if err != nil {
			return Table{}, fmt.Errorf("reading binfmt_misc: %w", err)
		}
		files[entry.Name()] = string(text)
		names = append(names, entry.Name())
	}
	t, err := tableOf(names, files)
	if boot, unreadable := localfile.Read(bootFile, maxTableFile); unreadable == nil {
		t.Boot = strings.TrimSpace(string(boot))
	}
	return t, err
}

// tableOf makes a table of the files of a binfmt_misc folder.
func tableOf(names []string, files map[string]string) (Table, error) {
	t := Table{Kernel: true}
	status, mounted := files[statusFile]
	t.Mounted = mounted
	t.Off = mounted && strings.TrimSpace(status) != "enabled"
	for _, name := range names {
		if name == statusFile {
			continue
		}
		h, err := parseHandler(name, files[name])
		if err != nil {
			return Table{}, err
		}
		t.Handlers = append(t.Handlers, h)
	}
	return t, nil
}

// For returns the handler that programs of platform p are given to: an enabled one before one that is not.
func (t Table) For(p ocispec.Platform) (Handler, bool) {
	var found Handler
	ok := false
	for _, h := range t.Handlers {
		if h.Takes(p) && (!ok || h.Enabled && !found.Enabled) {
			found, ok = h, true
		}
	}
	return found, ok
}

// Named returns the handler of that name.
func (t Table) Named(name string) (Handler, bool) {
	for _, h := range t.Handlers {
		if h.Name == name {
			return h, true
		}
	}
	return Handler{}, false
}

// Added lists the handlers that t has and before lacks, or has with another interpreter or other flags.
func (t Table) Added(before Table) []Handler {
	var added []Handler
	for _, h := range t.Handlers {
		old, known := before.Named(h.Name)
		if !known || old.Interpreter != h.Interpreter || old.Flags != h.Flags || old.Enabled != h.Enabled {
			added = append(added, h)
		}
	}
	return added
}
