//go:build e2e && drill

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// TestDrillWords builds Dockerfiles that are full of what a reader would obey: in the names of steps, in what they print,
// in what an image is labelled with, in its files and in what its tests say.
func TestDrillWords(t *testing.T) {
	drilltest.Run(t, drilltest.Kind{Name: "words of a build", Run: func(t *testing.T, d *drilltest.Drill) {
		t.Helper()
		forEachStore(t, func(t *testing.T, s *scenario) {
			s.run("init", "--platform", "linux/amd64").succeeds(t)
			for n, evil := range drilltest.HostileWords() {
				if d.Short && n%6 != 0 {
					continue
				}
				t.Run(fmt.Sprint(n), func(t *testing.T) { s.buildsWords(t, d, n, evil) })
			}
		}, containerdStore)
	}})
}

// buildsWords builds and checks them for one of four readers.
func (s *scenario) buildsWords(t *testing.T, d *drilltest.Drill, n int, evil string) {
	t.Helper()
	s.writeWords(t, evil, n%3 == 0)
	name := s.repository(fmt.Sprint("words", n)) + ":1"
	build := "build --platform linux/amd64 -t " + name + " --allow-foreign ** --test-config tests.json --report r.xml" +
		" --report r.json --report r.md --report r.html ."
	reader := []string{"", "GITHUB_ACTIONS=true", "GITLAB_CI=true"}[n%3]
	count := d.Try(t)
	if n%4 == 3 {
		r := s.onTerminal("docker multiplat "+strings.ReplaceAll(build, "**", "'**'"), "")
		drilltest.ReadScreen(t, build, r.Stdout)
	} else {
		r := s.with(reader).run(strings.Fields(build)...)
		drilltest.ReadLog(t, build, r.Stderr)
		drilltest.ReadLog(t, build, r.Stdout)
		assert.Check(t, r.Code == 4 || r.Code == 5 || r.Code == 0, "exit %d: %.2000s", r.Code, r.Stderr)
	}
	count(1, true)
	for file, read := range map[string]func(*testing.T, string, string){
		"r.xml": drilltest.ReadXML, "r.json": drilltest.ReadJSON, "r.md": drilltest.ReadMarkdown, "r.html": drilltest.ReadHTML,
	} {
		text, err := os.ReadFile(filepath.Join(s.dir, file))
		assert.Check(t, err, "%q", evil[:min(len(evil), 100)])
		drilltest.ReadText(t, file, string(text))
		read(t, file, string(text))
		_ = os.Remove(filepath.Join(s.dir, file)) // the next build writes it anew
	}
	for _, format := range []string{"table", "json", "sarif", "{{json .}}", "{{.}}"} {
		count := d.Try(t)
		r := s.with(reader).run("check", "--platform", "linux/amd64,linux/arm64", "--format", format, ".")
		drilltest.ReadLog(t, "check "+format, r.Stdout)
		drilltest.ReadLog(t, "check "+format, r.Stderr)
		if strings.Contains(format, "json") || format == "sarif" {
			drilltest.ReadJSON(t, "check "+format, r.Stdout)
		}
		count(1, r.Code == 0)
	}
}

// writeWords writes a Dockerfile that says them, and tests; fails has its last instruction fail.
func (s *scenario) writeWords(t *testing.T, evil string, fails bool) {
	t.Helper()
	inName := strings.Map(func(r rune) rune {
		if r == 0 || r == '/' {
			return '_'
		}
		return r
	}, evil[:min(len(evil), 100)])
	s.write("files/"+inName, "x")
	s.write("words", evil+"\n"+evil)
	said := strings.Map(oneLine, evil[:min(len(evil), 5000)])
	line := `"` + strings.NewReplacer(`"`, `\"`, `$`, `\$`).Replace(said) + `"`
	comment := " # " + said[:min(len(said), 500)]
	last := "true"
	if fails {
		last = "cat /words >&2; exit 3"
	}
	s.write("Dockerfile", "FROM busybox AS one\nCOPY files /files\nCOPY words /words\nLABEL a="+line+"\nENV B="+line+
		"\nRUN cat /words"+comment+"\nRUN "+last+"\nFROM --platform=linux/amd64 one\nARG TARGETARCH=amd64\nRUN echo x"+
		comment+"\nCMD [\"cat\", \"/words\"]\n")
	tests, err := json.Marshal(map[string]any{
		"schemaVersion": "2.0.0",
		"commandTests": []map[string]any{{
			"name": strings.ToValidUTF8(evil[:min(len(evil), 2000)], "?"), "command": "cat", "args": []string{"/words"},
			"expectedOutput": []string{"never"},
		}},
		"metadataTest": map[string]any{"cmd": []string{"other"}},
	})
	assert.NilError(t, err)
	s.write("tests.json", string(tests))
}

// oneLine leaves out what a Dockerfile cannot have within a line.
func oneLine(r rune) rune {
	if r == '\n' || r == 0 || r == '`' || r == '\\' {
		return ' '
	}
	return r
}
