package bake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Set is a value that replaces one of the definition.
type Set struct {
	// Text is TARGET.KEY=VALUE, as --set has it.
	Text string
	// Said is the flag as the user wrote it, which may stand for --set.
	Said string
}

// SetsOf are those of --set.
func SetsOf(texts []string) []Set {
	sets := make([]Set, 0, len(texts))
	for _, text := range texts {
		sets = append(sets, Set{Text: text, Said: "--set " + visible.Quote(text)})
	}
	return sets
}

// Blame says which of the values that were set is why an attempt is refused: the first with which it is, where it is
// not without them. The attempt contacts nothing. What is wrong with the definition itself is told as it is.
func (d *Definitions) Blame(err error, attempt func(*Definitions) error) error {
	refused := func(err error) bool { return err != nil && failure.ExitCode(err) == failure.ExitInput }
	if !refused(err) || refused(attempt(d.with(0, 0))) {
		return err
	}
	for i := range d.vars {
		if err := attempt(d.with(i+1, 0)); refused(err) {
			return failure.Wrap(failure.ErrUsage, fmt.Errorf("--var %s: %w", visible.Quote(d.vars[i]), err), "")
		}
	}
	for i := range d.request.Sets {
		if err := attempt(d.with(len(d.vars), i+1)); refused(err) {
			return failure.Wrap(failure.ErrUsage, fmt.Errorf("%s: %w", d.request.Sets[i].Said, err), "")
		}
	}
	return err
}

// with are the definitions with the first of the values that were set only.
func (d *Definitions) with(vars, sets int) *Definitions {
	fewer := *d
	fewer.defaults = maps.Clone(d.defaults)
	fewer.vars = d.vars[:vars]
	fewer.request.Sets = slices.Clone(d.request.Sets[:sets])
	return &fewer
}

// values are --var as buildx takes them.
func (d *Definitions) values() map[string]string {
	if len(d.vars) == 0 {
		return nil
	}
	values := map[string]string{}
	for _, text := range d.vars {
		key, value, _ := strings.Cut(text, "=")
		values[key] = value
	}
	return values
}

// Unheard are the variables of --var that no definition speaks of: they change nothing.
func (d *Definitions) Unheard() (unheard []string) {
	for _, text := range d.vars {
		name, _, _ := strings.Cut(text, "=")
		if !d.speaksOf(name) {
			unheard = append(unheard, name)
		}
	}
	return unheard
}

// speaksOf tells that a word is somewhere in the definitions.
func (d *Definitions) speaksOf(word string) bool {
	for _, file := range d.files {
		if strings.Contains(string(file.Data), word) {
			return true
		}
	}
	return false
}
