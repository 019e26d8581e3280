package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/moby/sys/atomicwriter"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Record is what init has found out about the machine behind a docker context, and what it has made there.
type Record struct {
	// Proofs are the platforms of each builder, on each engine.
	Proofs []proof `json:"proven,omitempty"`
	// Platforms are those of records of before, which had one list for all builders: it stands for those that have no
	// proof yet.
	Platforms []string `json:"platforms"`
	// Builders are those that init has created.
	Builders []string `json:"builders,omitempty"`
	// Emulators are the entries that init has added to the kernel's table.
	Emulators []addedEmulator `json:"emulators,omitempty"`
}

// addedEmulator is an entry of the kernel's table, and where it came from.
type addedEmulator struct {
	Name        string `json:"name"`
	Interpreter string `json:"interpreter"`
	// Image is the digest of the emulator image, QEMU the version it told.
	Image string `json:"image"`
	QEMU  string `json:"qemu,omitempty"`
	// Boot is the run of the kernel it was added to: the next one starts without it.
	Boot string `json:"boot,omitempty"`
}

// is tells whether the entry is still the one that was added: in the same run of the kernel, or put back in a later one
// by the container of --persist, which is as much of our making.
func (a addedEmulator) is(t binfmt.Table, persisted binfmt.Persistence) bool {
	h, ok := t.Named(a.Name)
	return ok && h.Interpreter == a.Interpreter && (a.Boot == t.Boot || persisted.Registers(a.Name))
}

// add remembers an entry, in the place of an earlier one of the same name.
func (r *Record) add(e addedEmulator) {
	r.Emulators = slices.DeleteFunc(r.Emulators, func(old addedEmulator) bool { return old.Name == e.Name })
	r.Emulators = append(r.Emulators, e)
}

// emulator finds what was added under a name and is still there.
func (r *Record) emulator(name string, seen Emulators) (addedEmulator, bool) {
	for _, e := range r.Emulators {
		if e.Name == name && e.is(seen.Table.Table, seen.persisted) {
			return e, true
		}
	}
	return addedEmulator{}, false
}

// RecordFile is where the record of a docker context is.
func RecordFile(h dockercli.Host) string {
	return filepath.Join(h.StateFolder(), "machines", h.Context()+".json")
}

// lookedFor is where the record is read: beside the configuration file, where it cannot be written any more, as long as
// there is no newer one.
func lookedFor(h dockercli.Host) string {
	file := RecordFile(h)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return file
	}
	beside := filepath.Join(h.ConfigFolder(), "multiplat", "machines", filepath.Base(file))
	if _, err := localfile.Read(beside, maxRecord); err != nil { // another user's, such as root's, is not this one's
		return file
	}
	return beside
}

// maxRecord is the largest record that is read.
const maxRecord = 1 << 20

// ReadRecord returns what init wrote; nothing when it never ran.
func ReadRecord(h dockercli.Host) (Record, error) {
	file := lookedFor(h)
	text, err := localfile.Read(file, maxRecord)
	if errors.Is(err, os.ErrNotExist) {
		return Record{}, nil
	}
	if err != nil {
		return Record{}, recordUnreadable(file, err)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, recordUnreadable(file, err)
	}
	return r, nil
}

// WriteRecord replaces the record.
func WriteRecord(h dockercli.Host, r Record) error {
	file := RecordFile(h)
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("recording what init has found: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("recording what init has found: %w", err)
	}
	if err := atomicwriter.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("recording what init has found in %q: %w", file, err)
	}
	return nil
}
