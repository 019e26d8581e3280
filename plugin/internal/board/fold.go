package board

import (
	"fmt"
	"regexp"
	"strings"
)

// Fold is how a CI wants lines marked that it folds.
type Fold int

// The CIs that fold.
const (
	Unfolded Fold = iota
	GitHub
	GitLab
)

// begin are the lines before those of a row.
func (f Fold) begin(r *Row) []string {
	title := strings.TrimSpace(r.name + " " + r.how)
	switch f {
	case GitHub:
		return []string{"::group::" + title}
	case GitLab:
		return []string{fmt.Sprintf("\x1b[0Ksection_start:%d:%s[collapsed=true]\r\x1b[0K%s",
			r.began.Unix(), anchor(r.name), title)}
	}
	return []string{"== " + title}
}

// end are the lines after those of a row.
func (f Fold) end(r *Row) []string {
	switch f {
	case GitHub:
		return []string{"::endgroup::"}
	case GitLab:
		return []string{fmt.Sprintf("\x1b[0Ksection_end:%d:%s\r\x1b[0K", r.ended.Unix(), anchor(r.name))}
	}
	return nil
}

// line is a line that the CI does not take for a command: GitHub looks for those of two kinds.
func (f Fold) line(text string) string {
	if f != GitHub {
		return text
	}
	text = strings.ReplaceAll(text, "##[", "# #[")
	if strings.HasPrefix(strings.TrimSpace(text), "::") {
		return "| " + text
	}
	return text
}

// anchor is a name as GitLab takes it.
func anchor(name string) string {
	return "multiplat_" + strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(name, "_"))
}
