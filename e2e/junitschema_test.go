//go:build e2e

package e2e

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// junitElement is what the schema says of one element. Attributes that end in ! are required.
type junitElement struct{ attributes, children []string }

// junitSchema is junit-10.xsd, by which the xUnit plugin of Jenkins refuses reports, in other words: what it has for
// reruns is left out.
func junitSchema() map[string]junitElement {
	fault := junitElement{attributes: []string{"type", "message"}}
	return map[string]junitElement{
		"testsuites": {
			attributes: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"},
		},
		"testsuite": {
			attributes: []string{
				"name!", "tests!", "failures!", "errors!", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
				"file", "log", "url",
			},
			children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
		},
		"properties": {children: []string{"property"}},
		"property":   {attributes: []string{"name!", "value!"}},
		"testcase": {
			attributes: []string{"name!", "time", "classname", "group"},
			children:   []string{"skipped", "error", "failure", "system-out", "system-err"},
		},
		"skipped": fault, "error": fault, "failure": fault, "system-out": {}, "system-err": {},
	}
}

// junitTime is the schema's SUREFIRE_TIME.
var junitTime = regexp.MustCompile(`^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$`)

// assertJUnit checks a report against the schema.
func assertJUnit(t *testing.T, report []byte) {
	t.Helper()
	decoder, schema := xml.NewDecoder(strings.NewReader(string(report))), junitSchema()
	open := []string{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		assert.NilError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if len(open) == 0 {
				assert.Equal(t, name, "testsuites")
			} else {
				parent := open[len(open)-1]
				assert.Assert(t, slices.Contains(schema[parent].children, name), "<%s> in <%s>", name, parent)
			}
			assertJUnitAttributes(t, token, schema[name].attributes)
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func assertJUnitAttributes(t *testing.T, element xml.StartElement, known []string) {
	t.Helper()
	there := map[string]string{}
	for _, a := range element.Attr {
		there[a.Name.Local] = a.Value
		assert.Assert(t, slices.Contains(known, a.Name.Local) || slices.Contains(known, a.Name.Local+"!"),
			"<%s %s>", element.Name.Local, a.Name.Local)
	}
	for _, name := range known {
		if required, must := strings.CutSuffix(name, "!"); must {
			_, ok := there[required]
			assert.Assert(t, ok, "<%s> without %s", element.Name.Local, required)
		}
	}
	if value, timed := there["time"]; timed && element.Name.Local != "testcase" {
		assert.Assert(t, junitTime.MatchString(value), value)
	}
}
