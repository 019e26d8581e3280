//go:build e2e && drill

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sampler looks at the arguments and the environment of every process of the machine, those in containers included.
type sampler struct {
	// secrets are what it looks for, by what they are called.
	secrets map[string]secret
	// inherited is in the environment of the processes that the user has started.
	inherited string
	seen      map[string]bool
}

// sample looks until the function it returns is called, which returns what was seen: the secret, where, and the program.
func sample(t *testing.T, secrets map[string]secret, inherited string) (stop func() []string) {
	t.Helper()
	s := &sampler{secrets: secrets, inherited: inherited, seen: map[string]bool{}}
	asked, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(25 * time.Millisecond)
		defer ticker.Stop()
		for {
			s.look()
			select {
			case <-asked:
				return
			case <-ticker.C:
			}
		}
	}()
	return func() (seen []string) {
		close(asked)
		<-done
		for what := range s.seen {
			seen = append(seen, what)
		}
		slices.Sort(seen)
		return seen
	}
}

// look looks once.
func (s *sampler) look() {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		arguments, _ := os.ReadFile(filepath.Join(process, "cmdline")) // it may have ended
		environment, _ := os.ReadFile(filepath.Join(process, "environ"))
		first, _, _ := bytes.Cut(arguments, []byte{0})
		program := filepath.Base(string(first))
		for what, given := range s.secrets {
			if bytes.Contains(arguments, []byte(given.canary)) {
				s.seen[what+": arguments of "+program] = true
			}
			switch {
			case !bytes.Contains(environment, []byte(given.canary)):
			case bytes.Contains(environment, []byte(s.inherited)):
				s.seen[what+": inherited environment"] = true
			default:
				s.seen[what+": environment of "+program] = true
			}
		}
	}
}

// without leaves out what is in a list.
func without(seen []string, known ...string) []string {
	return slices.DeleteFunc(slices.Clone(seen), func(what string) bool {
		return slices.Contains(known, what) || strings.HasSuffix(what, " of strace")
	})
}
