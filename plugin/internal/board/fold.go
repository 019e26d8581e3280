package board

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Fold is how a CI wants lines marked that it folds.
type Fold int

// The CIs that fold.
const (
	Unfolded Fold = iota
	GitHub
	GitLab
)

// begin are the lines before those of a row, of which some may have been shown already.
func (f Fold) begin(r *Row, again bool) []string {
	title := visible.Uncommanded(strings.TrimSpace(r.name + " " + r.how))
	if again {
		title += ", continued"
	}
	switch f {
	case GitHub:
		return []string{"::group::" + title}
	case GitLab:
		return []string{fmt.Sprintf("\x1b[0Ksection_start:%d:%s[collapsed=true]\r\x1b[0K%s",
			r.began.Unix(), anchor(r.name, again), title)}
	}
	return []string{"== " + title}
}

// end are the lines after those of a row.
func (f Fold) end(r *Row, again bool, now time.Time) []string {
	switch f {
	case GitHub:
		return []string{"::endgroup::"}
	case GitLab:
		return []string{fmt.Sprintf("\x1b[0Ksection_end:%d:%s\r\x1b[0K", now.Unix(), anchor(r.name, again))}
	}
	return nil
}

// anchor is a name as GitLab takes it, another for lines that go on.
func anchor(name string, again bool) string {
	if again {
		name += " continued"
	}
	return "multiplat_" + strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(name, "_"))
}
