package command

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// failures are the tests that did not pass, each once for all platforms where it failed in the same way.
type failures []failing

// failing is one test, with where and why it failed.
type failing struct {
	text      string
	platforms []string
}

// add takes the tests of a platform; false: none is known to have failed.
func (f *failures) add(row build.Row) bool {
	if row.Err != nil || row.Audit != nil && len(row.Audit.Errors()) > 0 {
		return false
	}
	added := false
	for _, c := range row.Report.Cases {
		if c.Verdict == row.Report.Verdict && c.Reason != "" {
			f.note(c.Name+": "+c.Reason, platform.Format(row.Platform))
			added = true
		}
	}
	return added
}

// note adds a platform to a test.
func (f *failures) note(text, on string) {
	for i := range *f {
		if (*f)[i].text == text {
			(*f)[i].platforms = append((*f)[i].platforms, on)
			return
		}
	}
	*f = append(*f, failing{text, []string{on}})
}

// errs are a line for each test.
func (f *failures) errs() []error {
	var errs []error
	for _, one := range *f {
		errs = append(errs, fmt.Errorf("%s: %s", strings.Join(one.platforms, ", "), one.text))
	}
	return errs
}
