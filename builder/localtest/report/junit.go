package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// The JUnit structure as GitHub actions, GitLab and Jenkins read it. The xUnit plugin of Jenkins refuses what is not in
// its schema (junit-10.xsd): there the whole of all suites has no count of what was skipped.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitCounts struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Time     string `xml:"time,attr"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Skipped    int             `xml:"skipped,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string      `xml:"name,attr"`
		ClassName string      `xml:"classname,attr"`
		Time      string      `xml:"time,attr"`
		Skipped   *junitNote  `xml:"skipped"`
		Failure   *junitFault `xml:"failure"`
		Error     *junitFault `xml:"error"`
		Stdout    string      `xml:"system-out,omitempty"`
		Stderr    string      `xml:"system-err,omitempty"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
	}
	junitFault struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a suite per platform. A failed test is a failure; one that says nothing about the image, and one
// that was not run, is an error: both keep the image from being published. Skipped is what the user left out.
func writeJUnit(w io.Writer, run Run) error {
	suites := junitSuites{Name: run.Name}
	var total time.Duration
	for _, p := range run.Platforms {
		suite := suiteOf(run.Name, p)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Errors += suite.Errors
		total += p.Took()
		suites.Suites = append(suites.Suites, suite)
	}
	suites.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(image string, p Platform) junitSuite {
	suite := junitSuite{Name: p.Title(), Properties: []junitProperty{
		{"image", image}, {"execution", p.execution()}, {"cached", fmt.Sprint(p.Cached)}, {"verdict", string(p.Verdict)},
	}}
	suite.Properties = append(suite.Properties, propertiesOf(p)...)
	cases := p.Cases
	if len(cases) == 0 {
		cases = []localtest.Case{{Name: "tests", Verdict: p.Verdict, Reason: p.Reason, Output: p.Output}}
	}
	for _, c := range cases {
		suite.Cases = append(suite.Cases, caseOf(image+"."+p.Title(), c))
		suite.Tests++
		switch c.Verdict {
		case localtest.Passed:
		case localtest.Failed:
			suite.Failures++
		case localtest.Skipped, localtest.NothingToRun:
			suite.Skipped++
		default:
			suite.Errors++
		}
	}
	suite.Time = seconds(p.Took())
	return suite
}

// propertiesOf are what else is known of a platform.
func propertiesOf(p Platform) (list []junitProperty) {
	for _, known := range []junitProperty{
		{"build", p.Build}, {"target", p.Target}, {"loaded", p.Loaded}, {"engine", p.Engine},
	} {
		if known.Value != "" {
			list = append(list, known)
		}
	}
	for _, d := range p.Digests {
		list = append(list, junitProperty{d.Of + " digest", d.Digest})
	}
	for _, note := range p.Notes {
		list = append(list, junitProperty{"note", note})
	}
	if p.Audit != nil {
		for _, f := range p.Audit.Findings {
			list = append(list, junitProperty{"audit " + f.Severity, f.String()})
		}
	}
	return list
}

func caseOf(class string, c localtest.Case) junitCase {
	out := junitCase{Name: c.Name, ClassName: class, Time: seconds(c.Took), Stdout: c.Stdout, Stderr: c.Stderr}
	switch c.Verdict {
	case localtest.Passed:
	case localtest.Failed:
		out.Failure = &junitFault{c.Reason, string(c.Verdict), c.Output}
	case localtest.Skipped, localtest.NothingToRun:
		out.Skipped = &junitNote{c.Reason}
	default:
		out.Error = &junitFault{c.Reason, string(c.Verdict), c.Output}
	}
	return out
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
