package parity

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// Allowed are patterns of differences that are meant: of packages by NAME or ECOSYSTEM:NAME, or one of the words
// entrypoint, cmd, user and size. A * stands for anything.
type Allowed struct{ patterns []string }

// ParseAllowed reads patterns. The error names the one that is malformed.
func ParseAllowed(patterns []string) (Allowed, error) {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil || strings.TrimSpace(pattern) == "" {
			return Allowed{}, fmt.Errorf(
				"%q is not a pattern of packages such as nvidia-*, and not entrypoint, cmd, user or size", pattern)
		}
	}
	return Allowed{patterns: slices.Clone(patterns)}, nil
}

// Patterns returns the patterns, sorted: two sets that allow the same are the same text.
func (a Allowed) Patterns() []string {
	patterns := slices.Clone(a.patterns)
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// matches tells whether one of the names is allowed. A slash in a name is a character as any other.
func (a Allowed) matches(names ...string) bool {
	plain := strings.NewReplacer("/", "\x00")
	for _, pattern := range a.patterns {
		for _, name := range names {
			if ok, err := path.Match(plain.Replace(pattern), plain.Replace(name)); err == nil && ok {
				return true
			}
		}
	}
	return false
}

// NotTheSame is what the audit says of a platform that differs, before the other platform.
const NotTheSame = "not the same app as"

// Findings are differences as findings of an audit: errors where the platforms have to be the same app, else notes.
func Findings(differences []Difference, required bool) []audit.Finding {
	severity := audit.Note
	if required {
		severity = audit.Error
	}
	found := make([]audit.Finding, 0, len(differences))
	for _, d := range differences {
		found = append(found, audit.Finding{
			Severity: severity, What: NotTheSame + " " + d.Than, Why: "it " + d.Text,
		})
	}
	return found
}
