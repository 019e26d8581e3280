package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// Each rule of check has its page, which says what it finds, how bad that is, and how to silence it; and no page is of a
// rule that is not there.
func TestEveryRuleHasItsPage(t *testing.T) {
	index, err := os.ReadFile(filepath.Join("..", "checks", "README.md"))
	assert.NilError(t, err)
	known := map[string]bool{"README.md": true}
	for _, rule := range lint.Rules() {
		page := rule.ID + ".md"
		known[page] = true
		text, err := os.ReadFile(filepath.Join("..", "checks", page))
		assert.NilError(t, err)
		assert.Check(
			t,
			strings.HasPrefix(string(text), "# "+rule.ID+"\n\n"+rule.Title+". Severity: "+string(rule.Severity)+"."),
			page,
		)
		assert.Check(t, is.Contains(string(text), "# check=skip="+rule.ID+"\n"), page)
		row := "| [" + rule.ID + "](" + page + ") | " + string(rule.Severity) + " | " + rule.Title + " |\n"
		assert.Check(t, is.Contains(string(index), row))
		assert.Check(t, strings.HasSuffix(rule.URL(), "/docs/checks/"+page))
	}
	pages, err := os.ReadDir(filepath.Join("..", "checks"))
	assert.NilError(t, err)
	for _, page := range pages {
		assert.Check(t, known[page.Name()], "%s is of no rule", page.Name())
	}
}
