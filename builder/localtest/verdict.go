package localtest

import (
	"slices"
	"time"
)

// Verdict is what the tests of one platform came to.
type Verdict string

// The verdicts. Only Passed and NothingToRun let a platform be published without a waiver.
const (
	// Passed means that every test did what it should.
	Passed Verdict = "passed"
	// NothingToRun means that the image has neither an entrypoint nor a command and no test was asked for.
	NothingToRun Verdict = "nothing to run"
	// Failed means that a test said no.
	Failed Verdict = "failed"
	// Inconclusive means that a test says nothing about the image: timeout, out of memory, emulator crash.
	Inconclusive Verdict = "inconclusive"
	// NotRun means that the machine cannot run programs of the platform.
	NotRun Verdict = "not run"
	// Skipped means that one test was left out, for the reason given; it is no verdict of a platform.
	Skipped Verdict = "skipped"
)

// Good tells whether the verdict opens the way to publishing.
func (v Verdict) Good() bool { return v == Passed || v == NothingToRun }

// Case is one test and what came of it.
type Case struct {
	Name    string
	Verdict Verdict
	// Reason says why the verdict is not Passed; or, for the smoke test, what was seen.
	Reason string
	Took   time.Duration
	// Overdue tells that it was not done when its time was over.
	Overdue bool
	// Output is the end of what the test wrote, stdout before stderr; Stdout and Stderr are all that was kept of it.
	// Control characters are shown, not kept.
	Output, Stdout, Stderr string
}

// Report is the outcome of all tests of one platform.
type Report struct {
	Verdict Verdict
	Cases   []Case
	Took    time.Duration
}

// Overdue tells that a test was not done in its time.
func (r Report) Overdue() bool {
	return slices.ContainsFunc(r.Cases, func(c Case) bool { return c.Overdue })
}

// Reason returns the reason of the case that made the verdict.
func (r Report) Reason() string {
	for _, c := range r.Cases {
		if c.Verdict == r.Verdict && c.Reason != "" {
			return c.Name + ": " + c.Reason
		}
	}
	if r.Verdict == NotRun {
		return "every test is skipped"
	}
	return ""
}

// conclude makes one verdict of the cases: a failure outweighs what is inconclusive, and that what did not run. A
// platform all of whose tests are skipped did not run.
func conclude(cases []Case) Report {
	report := Report{Verdict: Passed, Cases: cases}
	rank := map[Verdict]int{Passed: 0, Skipped: 0, NothingToRun: 1, NotRun: 2, Inconclusive: 3, Failed: 4}
	skipped := 0
	for _, c := range cases {
		report.Took += c.Took
		if c.Verdict == Skipped {
			skipped++
		} else if rank[c.Verdict] > rank[report.Verdict] {
			report.Verdict = c.Verdict
		}
	}
	if skipped > 0 && skipped == len(cases) {
		report.Verdict = NotRun
	}
	return report
}
