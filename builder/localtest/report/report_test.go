package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

func example() Run {
	return Run{Name: "app:1", Platforms: []Platform{
		{Name: "linux/amd64", Verdict: localtest.Failed, Reason: "b|c: no", Cases: []localtest.Case{
			{Name: "a", Verdict: localtest.Passed, Took: 1500 * time.Millisecond, Stdout: "out", Stderr: "err"},
			{Name: "b|c", Verdict: localtest.Failed, Took: time.Second, Reason: "no <b>", Output: "``` ]]> <script>"},
			{Name: "d", Verdict: localtest.Skipped, Reason: "not here"},
		}},
		{Name: "linux/arm64", Emulated: true, Verdict: localtest.Inconclusive, Cases: []localtest.Case{
			{Name: "a", Verdict: localtest.Inconclusive, Reason: "not done after 4m0s"},
			{Name: "b|c", Verdict: localtest.NotRun, Reason: "no emulator"},
		}},
		{Name: "linux/s390x", Emulated: true, Cached: true, Verdict: localtest.Passed, Cases: []localtest.Case{
			{Name: "a", Verdict: localtest.Passed},
		}},
		{Name: "linux/ppc64le", Build: "emulated", Verdict: "not built", Reason: "RUN false", Output: "app.c:1: *no*\n<b>"},
	}}
}

// How a platform was tested is said of what was tested; of another what its build was, and never that it was native.
func TestExecutionIsOfWhatRan(t *testing.T) {
	var suites struct {
		Suites []struct {
			Properties []struct {
				Name  string `xml:"name,attr"`
				Value string `xml:"value,attr"`
			} `xml:"properties>property"`
		} `xml:"testsuite"`
	}
	run := example()
	left := []localtest.Case{{Name: "a", Verdict: localtest.NotRun}, {Name: "d", Verdict: localtest.Skipped}}
	run.Platforms = append(run.Platforms, Platform{Name: "linux/riscv64", Verdict: localtest.NotRun, Cases: left})
	var b bytes.Buffer
	assert.NilError(t, Write(&b, "r.xml", run))
	assert.NilError(t, xml.Unmarshal(b.Bytes(), &suites))
	var told []string
	for _, suite := range suites.Suites {
		for _, p := range suite.Properties {
			if p.Name == "execution" || p.Name == "build" {
				told = append(told, p.Name+"="+p.Value)
			}
		}
	}
	assert.DeepEqual(t, told, []string{
		"execution=native", "execution=emulated", "execution=emulated", "execution=none", "build=emulated", "execution=none",
	})
	b.Reset()
	assert.NilError(t, Write(&b, "r.json", run))
	var read jsonRun
	assert.NilError(t, json.Unmarshal(b.Bytes(), &read))
	assert.Equal(t, read.Platforms[0].Execution, "native")
	assert.Equal(t, read.Platforms[3].Execution, "none")
	assert.Equal(t, read.Platforms[3].Build, "emulated")
	assert.Equal(t, read.Platforms[4].Execution, "none")
}

func written(t *testing.T, file string) string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, Write(&b, file, example()))
	return b.String()
}

// counts of the common JUnit schema (Jenkins: junit-10.xsd); attributes are read by name, as its readers do.
type counts struct {
	Tests    int     `xml:"tests,attr"`
	Failures int     `xml:"failures,attr"`
	Errors   int     `xml:"errors,attr"`
	Time     float64 `xml:"time,attr"`
}

// The xUnit plugin of Jenkins refuses a report with an attribute that its schema does not have.
func TestJUnitAttributes(t *testing.T) {
	head, _, _ := strings.Cut(written(t, "r.xml"), "\n  <testsuite ")
	assert.Equal(t, head, xml.Header+`<testsuites name="app:1" tests="7" failures="1" errors="3" time="2.500">`)
}

func TestJUnitCountsItsCases(t *testing.T) {
	var suites struct {
		XMLName xml.Name `xml:"testsuites"`
		counts
		Suites []struct {
			Name string `xml:"name,attr"`
			counts
			Skipped int `xml:"skipped,attr"`
			Cases   []struct {
				Name      string  `xml:"name,attr"`
				ClassName string  `xml:"classname,attr"`
				Time      float64 `xml:"time,attr"`
				Failure   []note  `xml:"failure"`
				Error     []note  `xml:"error"`
				Skipped   []note  `xml:"skipped"`
				Out       *string `xml:"system-out"`
				Err       *string `xml:"system-err"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	decoder := xml.NewDecoder(strings.NewReader(written(t, "r.xml")))
	assert.NilError(t, decoder.Decode(&suites))
	assert.Equal(t, suites.counts, counts{Tests: 7, Failures: 1, Errors: 3, Time: 2.5})
	var names []string
	var sum counts
	for _, suite := range suites.Suites {
		names = append(names, suite.Name)
		seen, skipped := counts{Time: suite.Time}, 0
		for _, c := range suite.Cases {
			seen.Tests++
			seen.Failures += len(c.Failure)
			seen.Errors += len(c.Error)
			skipped += len(c.Skipped)
			assert.Equal(t, c.ClassName, "app:1."+suite.Name)
		}
		assert.Equal(t, seen, suite.counts)
		assert.Equal(t, skipped, suite.Skipped)
		sum = counts{
			sum.Tests + seen.Tests, sum.Failures + seen.Failures, sum.Errors + seen.Errors, sum.Time + seen.Time,
		}
	}
	assert.Equal(t, sum, suites.counts)
	assert.DeepEqual(t, names, []string{"linux/amd64", "linux/arm64", "linux/s390x", "linux/ppc64le"})
	cases := suites.Suites[0].Cases
	assert.Equal(t, *cases[0].Out+*cases[0].Err, "outerr")
	assert.DeepEqual(t, cases[1].Failure, []note{{"no <b>", "``` ]]> <script>"}})
	assert.Equal(t, cases[2].Skipped[0].Message, "not here")
	assert.DeepEqual(t, suites.Suites[3].Cases[0].Error, []note{{"RUN false", "app.c:1: *no*\n<b>"}})
}

type note struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func TestJSON(t *testing.T) {
	var run jsonRun
	assert.NilError(t, json.Unmarshal([]byte(written(t, "r.json")), &run))
	assert.Equal(t, run.Image, "app:1")
	assert.Equal(t, len(run.Platforms), 4)
	assert.Equal(t, run.Platforms[0].Seconds, 2.5)
	assert.Equal(t, run.Platforms[0].Tests[1].Verdict, "failed")
	assert.Assert(t, run.Platforms[2].Cached && run.Platforms[2].Emulated)
	assert.Equal(t, run.Platforms[3].Reason, "RUN false")
	assert.Equal(t, run.Platforms[3].Output, "app.c:1: *no*\n<b>")
}

func TestCheckWantsAFormat(t *testing.T) {
	for _, name := range []string{"r", "r.txt", "xml", ""} {
		assert.ErrorIs(t, Check(name), ErrFormat, name)
		assert.ErrorIs(t, Write(&bytes.Buffer{}, name, Run{}), ErrFormat, name)
	}
	assert.NilError(t, Check("folder/r.XML"))
}
