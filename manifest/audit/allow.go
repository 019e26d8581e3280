package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
)

// Globs are patterns of paths in an image, matched as the lines of a .dockerignore are: * stops at a slash, ** does
// not, and a pattern that matches a folder matches what is in it. A leading slash may be left out.
type Globs struct {
	patterns []string
	from     string
}

// ParseGlobs reads patterns. from says where they stand, for the notes on what they match. The error names the pattern
// that is malformed, empty or an exclusion.
func ParseGlobs(patterns []string, from string) (Globs, error) {
	g := Globs{from: from}
	for _, text := range patterns {
		pattern := strings.TrimPrefix(text, "/")
		if strings.TrimSpace(pattern) == "" || strings.HasPrefix(pattern, "!") {
			return Globs{}, fmt.Errorf("%q is not a pattern of paths such as /opt/firmware/**", text)
		}
		matcher, err := patternmatcher.New([]string{pattern})
		if err == nil {
			_, err = matcher.MatchesOrParentMatches("file")
		}
		if err != nil {
			return Globs{}, fmt.Errorf("%q is not a pattern of paths such as /opt/firmware/**: %w", text, err)
		}
		g.patterns = append(g.patterns, pattern)
	}
	return g, nil
}

// matcher returns a function that tells whether an absolute path is matched. It is for one goroutine.
func (g Globs) matcher() (func(string) bool, error) {
	matcher, err := patternmatcher.New(g.patterns)
	if err != nil {
		return nil, err
	}
	return func(name string) bool {
		matched, err := matcher.MatchesOrParentMatches(strings.TrimPrefix(name, "/"))
		return err == nil && matched
	}, nil
}

// Patterns returns the patterns, sorted and without a leading slash: two sets that allow the same are the same text.
func (g Globs) Patterns() []string {
	patterns := slices.Clone(g.patterns)
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// patternOf is the pattern that matches one path and no other.
func patternOf(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == ' ':
			b.WriteString("[ ]") // at the end it would be cut off
			continue
		case strings.ContainsRune(`\*?[]^!{}()|$`, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
