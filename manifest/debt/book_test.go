package debt_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

// ran is a check of tests.
func ran(verdict debt.Verdict, words ...string) debt.Check {
	setting := func(word string) bool { return !strings.HasPrefix(word, "--test=") && word != "--test-local" }
	return debt.Check{Cause: debt.Tests, Words: words, Verdict: verdict, Reason: "exit code 1", Setting: setting}
}

// afterwards is a book after runs, each of which has seen what the ones before it have left.
func afterwards(runs ...debt.Check) debt.Book {
	var book debt.Book
	for i, c := range runs {
		book.Take(debt.Run{
			As: debt.Debt{
				ID: string(rune('a' + i)),
			},
			Seen:   book.IDs(),
			Checks: []debt.Check{c},
			Tested: c.Verdict == debt.Passed,
		})
	}
	return book
}

func TestTake(t *testing.T) {
	const smoke, one, two, env, net, strict = "--test-local", "--test=one", "--test=two", "--test-env=A", "--test-network=n", "--test-sandbox=strict"
	for name, tc := range map[string]struct {
		failed, passed []string
		// why is why the second run does not make up for the first; empty: it does.
		why string
	}{
		"the same":          {[]string{one}, []string{one}, ""},
		"more":              {[]string{one}, []string{two, one}, ""},
		"less":              {[]string{one, two}, []string{one}, "it failed tests that were left out now: " + two},
		"other":             {[]string{one}, []string{two}, "it failed tests that were left out now: " + one},
		"none":              {[]string{one}, []string{smoke}, "it failed tests that were left out now: " + one},
		"smoke":             {[]string{smoke}, []string{one}, "it failed tests that were left out now: " + smoke},
		"smoke beside":      {[]string{smoke}, []string{one, smoke}, ""},
		"variable more":     {[]string{one}, []string{one, env}, "it failed without " + env},
		"variable less":     {[]string{one, env}, []string{one}, "it failed tests that were left out now: " + env},
		"network more":      {[]string{one}, []string{one, net}, "it failed without " + net},
		"network less":      {[]string{one, net}, []string{one}, "it failed tests that were left out now: " + net},
		"sandbox more":      {[]string{one}, []string{one, strict}, "it failed without " + strict},
		"sandbox less":      {[]string{one, strict}, []string{one}, "it failed tests that were left out now: " + strict},
		"sandbox and tests": {[]string{one}, []string{two, strict}, "it failed tests that were left out now: " + one + "; it failed without " + strict},
	} {
		t.Run(name, func(t *testing.T) {
			second := ran(debt.Passed, tc.passed...)
			book := afterwards(ran(debt.Failed, tc.failed...), second)
			assert.Equal(t, book.Why(debt.Run{Checks: []debt.Check{second}}), tc.why)
			assert.Equal(t, len(book.Debts) == 0, tc.why == "")
			ended := ran(debt.Inconclusive, tc.failed...)
			assert.Equal(t, len(afterwards(ended, second).Debts) == 0, tc.why == "")
		})
	}
}

// The same failure again is one debt, which an earlier waiver does not cover; its waivers are kept.
func TestFailedAgain(t *testing.T) {
	c := ran(debt.Failed, "--test=a")
	book := afterwards(c, c)
	assert.Equal(t, len(book.Debts), 1)
	book.Waive(debt.Waiver{Reason: "known"})
	assert.Equal(t, len(book.Standing()), 0)
	book.Take(debt.Run{As: debt.Debt{ID: "z"}, Seen: book.IDs(), Checks: []debt.Check{c}})
	assert.Equal(t, len(book.Failing()), 1)
	assert.DeepEqual(t, book.Reasons(), []string{"known"})
	book.Take(debt.Run{As: debt.Debt{ID: "y"}, Checks: []debt.Check{ran(debt.Inconclusive, "--test=a")}})
	assert.Equal(t, len(book.Failing()), 1, "it has failed all the same")
}

// A run makes up for nothing that it has not seen, and nothing makes up for what cannot be read.
func TestUnseen(t *testing.T) {
	book := afterwards(ran(debt.Failed, "--test=a"))
	pass := debt.Run{Checks: []debt.Check{ran(debt.Passed, "--test=a")}, Tested: true}
	book.Take(pass)
	assert.Equal(t, len(book.Debts), 1)
	assert.Assert(t, strings.HasPrefix(book.Why(pass), "it failed the same again meanwhile"))

	lost := debt.Book{Debts: []debt.Debt{{ID: "x", Cause: debt.Unread, Reason: "torn"}}}
	lost.Take(debt.Run{Seen: []string{"x"}, Checks: []debt.Check{{Cause: debt.Unread}}, Tested: true})
	assert.Equal(t, len(lost.Failing()), 1)
	assert.Equal(t, lost.Why(debt.Run{}), "torn")
}

// Exceptions that are new count where tests that pass record them, and only where nothing else stands.
func TestExceptions(t *testing.T) {
	audit := func(verdict debt.Verdict, exempt ...string) debt.Check {
		return debt.Check{Cause: debt.Audit, Exempt: exempt, Verdict: verdict, Reason: "audit: /app"}
	}
	failed := afterwards(audit(debt.Failed, "/opt"))
	for name, tc := range map[string]struct {
		exempt []string
		tested bool
		paid   bool
	}{
		"as before":            {[]string{"/opt"}, false, true},
		"fewer":                {nil, false, true},
		"more, not tested":     {[]string{"/opt", "/app"}, false, false},
		"more, and tested":     {[]string{"/opt", "/app"}, true, true},
		"others, and untested": {[]string{"/app"}, false, false},
	} {
		book := failed
		book.Take(debt.Run{Seen: book.IDs(), Checks: []debt.Check{audit(debt.Passed, tc.exempt...)}, Tested: tc.tested})
		assert.Equal(t, len(book.Debts) == 0, tc.paid, name)
	}
	both := failed
	both.Take(debt.Run{As: debt.Debt{ID: "q"}, Checks: []debt.Check{ran(debt.Failed, "--test=a")}})
	both.Take(debt.Run{
		Seen: both.IDs(), Checks: []debt.Check{audit(debt.Passed, "/app"), ran(debt.Passed, "--test=b")}, Tested: true,
	})
	assert.Equal(t, len(both.Debts), 2, "its record does not become that of tests that pass")
}

// What is behind a word has to hold all that was behind it.
func TestSums(t *testing.T) {
	behind := func(sum string) debt.Check {
		c := ran(debt.Passed, "--test-config=/t.yaml")
		c.Sum = func(string, string) string { return sum }
		return c
	}
	failed := behind("a,b")
	failed.Verdict = debt.Failed
	assert.Equal(t, len(afterwards(failed, behind("c,b,a")).Debts), 0)
	other := behind("a,c")
	assert.Equal(t, afterwards(failed, other).Why(debt.Run{Checks: []debt.Check{other}}),
		"it failed tests that are others now: --test-config=/t.yaml")
}
