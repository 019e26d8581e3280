package view

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// Names of files, instructions and contents are others' words: in no format do they reach the terminal, a line of their
// own, a cell that is not theirs, or markup.
func TestReproductionOfHostileWords(t *testing.T) {
	const words = "a\x1b[31m\u202e\nb | <img src=x> `c` [d](https://e.example) @team"
	finding := reproducible.Finding{Path: words, Cause: reproducible.Other, Detail: words}
	result := reproduce.Result{
		Name: words, Inputs: []reproduce.Taken{{What: "argument " + words, Value: words, From: "provenance"}},
		Platforms: []reproduce.Platform{
			{Platform: "linux/amd64", Result: reproduce.Differs, Report: reproducible.Report{
				Layers: []reproducible.Layer{{Number: 1, CreatedBy: words, Findings: []reproducible.Finding{finding}}},
				Config: []reproducible.Finding{finding},
			}},
			{Platform: "linux/arm64", Result: reproduce.Failed, Error: words},
		},
	}
	for _, format := range []string{FormatTable, formatMarkdown, formatJSON, "{{range .Platforms}}{{.Error}}{{end}}"} {
		fake := plugintest.NewCLI(t)
		assert.NilError(t, Reproduction(fake, format, true, result))
		said := fake.Stdout.String()
		assert.Check(t, !strings.ContainsAny(said, "\x1b\u202e"), "%s: %q", format, said)
		for line := range strings.Lines(said) {
			assert.Check(t, !strings.HasPrefix(line, "b "), "%s: %q", format, line)
			if format != formatMarkdown {
				continue
			}
			for _, markup := range []string{"<img", "`c`", " [d](", "https://", " @team", "b | "} {
				assert.Check(t, !strings.Contains(line, markup), "%q is in %q", markup, line)
			}
		}
	}
}
