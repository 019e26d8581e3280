// Package debt says what an image has failed and not made good: no verdict that is weaker lifts it. It belongs to the
// bytes of the image, whatever names and manifests it has. The package is pure: it reads and writes nothing.
package debt

import (
	"path/filepath"
	"strings"
	"time"
)

// Cause is what an image has failed. The words are those of the files that debts are kept in.
type Cause string

// The causes.
const (
	Tests  Cause = "tests"
	Audit  Cause = "audit"
	Parity Cause = "parity"
	Look   Cause = "manual look"
	Unpack Cause = "unpacking"
	// Unread is what was failed where that cannot be read any more: nothing makes up for it.
	Unread Cause = "unread"
)

// Debt is one check that an image has failed, or that came to no end.
type Debt struct {
	// ID tells a debt from the same that was made earlier or later.
	ID    string `json:"id"`
	Cause Cause  `json:"cause"`
	// Inconclusive tells that the check came to no verdict.
	Inconclusive bool `json:"inconclusive,omitempty"`
	// Words are what the check consists of: tests and what they are run in, as flags of the command line; of parity
	// the platforms that were compared.
	Words []string `json:"words,omitempty"`
	// Sums tell what was behind those of the words that do not say it all: files, and values of variables.
	Sums map[string]string `json:"sums,omitempty"`
	// Exempt are the patterns of what the check has let pass all the same.
	Exempt []string `json:"exempt,omitempty"`
	// Looked tells that it was found where nothing was tested: another look that lets it pass by name makes it good.
	Looked bool `json:"looked,omitempty"`
	// Reason is why it failed, in words.
	Reason string `json:"reason,omitempty"`
	// Platform and Name are what the image was called, and Began is when the run began, for people.
	Platform string    `json:"platform,omitempty"`
	Name     string    `json:"name,omitempty"`
	Began    time.Time `json:"began,omitzero"`
	// Waived tells that somebody has let the image through all the same, since it failed last; Waivers are all that ever
	// did, the oldest first.
	Waived  bool     `json:"waived,omitempty"`
	Waivers []Waiver `json:"waivers,omitempty"`
}

// Waiver lets an image through that has not made good what it failed.
type Waiver struct {
	Reason string    `json:"reason,omitempty"`
	Name   string    `json:"name,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// same tells that two debts are of the same check.
func (d Debt) same(other Debt) bool {
	if d.Cause != other.Cause || len(d.Words) != len(other.Words) || len(missing(d.Words, other.Words)) > 0 ||
		len(d.Exempt) != len(other.Exempt) || len(missing(d.Exempt, other.Exempt)) > 0 || len(d.Sums) != len(other.Sums) {
		return false
	}
	for word, sum := range d.Sums {
		if other.Sums[word] != sum {
			return false
		}
	}
	return true
}

// Where is the reason, and the name that it failed under, where that is another than the one it has now.
func (d Debt) Where(name string) string {
	if d.Reason == "" {
		return ""
	}
	return d.Reason + d.elsewhere(name)
}

// elsewhere tells of another name that it failed under.
func (d Debt) elsewhere(name string) string {
	if name == "" || d.Name == "" || d.Name == name {
		return ""
	}
	return " (as " + d.Name + ")"
}

// waiveReasons are the reasons of all waivers.
func (d Debt) waiveReasons() (reasons []string) {
	for _, w := range d.Waivers {
		if w.Reason != "" {
			reasons = append(reasons, w.Reason)
		}
	}
	return reasons
}

// Failed is what was failed as it stands in lists of tests, which others read: where files are is nobody's concern.
func (d Debt) Failed() string {
	if d.Cause != Tests {
		return string(d.Cause)
	}
	words := make([]string, 0, len(d.Words))
	for _, word := range d.Words {
		if flag, path, is := strings.Cut(word, "="); is && filepath.IsAbs(path) && !strings.Contains(path, " ") {
			word = flag + "=" + filepath.Base(path)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
