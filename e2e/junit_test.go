//go:build e2e

package e2e

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// junit is a report as CI systems read it (Jenkins: junit-10.xsd).
type junit struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     float64     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Time    float64      `xml:"time,attr"`
	Failure *junitReason `xml:"failure"`
	Error   *junitReason `xml:"error"`
	Skipped *junitReason `xml:"skipped"`
	Stdout  string       `xml:"system-out"`
	Stderr  string       `xml:"system-err"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
}

// junitReport reads the report r.xml and checks it against the schema, and that every count is that of its cases.
func (s *scenario) junitReport(t *testing.T) junit {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(s.dir, "r.xml"))
	assert.NilError(t, err)
	assertJUnit(t, body)
	var report junit
	assert.NilError(t, xml.Unmarshal(body, &report))
	tests, failures, faults := 0, 0, 0
	for _, suite := range report.Suites {
		bad, broken, left := 0, 0, 0
		for _, c := range suite.Cases {
			if c.Failure != nil {
				bad++
			}
			if c.Error != nil {
				broken++
			}
			if c.Skipped != nil {
				left++
			}
		}
		assert.DeepEqual(t, []int{suite.Tests, suite.Failures, suite.Errors, suite.Skipped},
			[]int{len(suite.Cases), bad, broken, left})
		tests, failures, faults = tests+len(suite.Cases), failures+bad, faults+broken
	}
	assert.DeepEqual(t, []int{report.Tests, report.Failures, report.Errors}, []int{tests, failures, faults})
	return report
}
