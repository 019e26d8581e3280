package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/docs/page"
)

// top is the root of the repository.
const top = "../.."

// texts are all pages that people read, by their path below the root.
func texts(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := os.DirFS(top)
	assert.NilError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(name, ".") && name != "." && name != ".github" {
			return fs.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		found[name] = string(text)
		return err
	}))
	assert.Assert(t, len(found) > 50, "%d pages", len(found))
	return found
}

// anchors are the headings of a page as links name them.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(strings.ReplaceAll(heading[1], "`", ""))
		name = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(name, "")
		found[strings.ReplaceAll(name, " ", "-")] = true
	}
	return found
}

// A link from a page to another goes to a file that is there, and to a heading of it.
func TestLinks(t *testing.T) {
	all, seen := texts(t), 0
	for name, text := range all {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			seen++
			file, anchor, _ := strings.Cut(link[1], "#")
			to := name
			if file != "" {
				to = filepath.Join(filepath.Dir(name), file)
			}
			_, err := os.Stat(filepath.Join(top, to))
			assert.Check(t, err, "%s: %s", name, link[1])
			assert.Check(t, anchor == "" || anchors(all[to])[anchor], "%s: there is no heading for %s", name, link[1])
		}
	}
	assert.Assert(t, seen > 150, "%d links", seen)
}

// Every page of the documentation is in its index, but for those that another index has.
func TestIndexOfPages(t *testing.T) {
	all := texts(t)
	index := all["docs/README.md"]
	for name := range all {
		below, found := strings.CutPrefix(name, "docs/")
		if !found || below == "README.md" || strings.HasPrefix(below, "reference/") || strings.HasPrefix(below, "checks/") {
			continue
		}
		assert.Check(t, strings.Contains(index, "]("+below+")"), "docs/README.md does not speak of %s", name)
	}
}

// A test that a page names as the one that has tried something is there.
func TestNamedTestsAreThere(t *testing.T) {
	var code strings.Builder
	root := os.DirFS(top)
	assert.NilError(t, fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, name)
		code.Write(text)
		return err
	}))
	seen := 0
	for name, text := range texts(t) {
		for _, test := range regexp.MustCompile(`\bTest[A-Z]\w*`).FindAllString(text, -1) {
			seen++
			assert.Check(t, strings.Contains(code.String(), "func "+test), "%s names %s", name, test)
		}
	}
	assert.Assert(t, seen > 10, "%d tests", seen)
}

// The README in Chinese shows the same commands as the one in English, links to the same pages in the same order, and
// has as many sections, rows and points.
func TestTranslationKeepsStep(t *testing.T) {
	all := texts(t)
	english, chinese := all["README.md"], all["README.zh-CN.md"]
	assert.DeepEqual(t, commandsOf(chinese), commandsOf(english))
	links := func(text string) []string {
		var list []string
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(link[1], "README") {
				list = append(list, link[1])
			}
		}
		return list
	}
	assert.DeepEqual(t, links(chinese), links(english))
	for _, pattern := range []string{`(?m)^#+ `, `(?m)^\| `, `(?m)^- `, `(?m)^\d+\. `} {
		count := func(text string) int { return len(regexp.MustCompile(pattern).FindAllString(text, -1)) }
		assert.Check(t, count(english) > 0)
		assert.Equal(t, count(chinese), count(english), pattern)
	}
}

// commandsOf are the commands of a page and what they print, with the marks of their blocks; comments are left out.
func commandsOf(text string) []string {
	var list []string
	comment := regexp.MustCompile(`(?m)\s+# .*$`)
	for _, block := range page.Blocks(text) {
		if block.Language != "console" {
			continue
		}
		list = append(list, "not-run="+block.Marks["not-run"])
		for _, command := range block.Commands() {
			list = append(list, comment.ReplaceAllString(command.Typed, ""))
			list = append(list, command.Shown...)
		}
	}
	return list
}
