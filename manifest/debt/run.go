package debt

import (
	"slices"
	"strings"
)

// Run is one time that an image was tried.
type Run struct {
	// As is what every debt of the run has in common: an ID, names, and when it began.
	As Debt
	// Seen are the IDs of the debts that were there when it began. It makes up for no others: they are of runs that
	// ended later.
	Seen   []string
	Checks []Check
	// Tested tells that tests have passed, so that what was let pass is recorded with them.
	Tested bool
	// Later are causes that are still to be checked.
	Later []Cause
}

// Take enters a run: what was failed is owed, what was passed is paid, and all else stays.
func (b *Book) Take(r Run) {
	recorded := r.Tested && b.after(r, true).onlyLater(r.Later)
	*b = b.after(r, recorded)
}

// after is the book after a run.
func (b Book) after(r Run, recorded bool) Book {
	next := Book{slices.DeleteFunc(slices.Clone(b.Debts), func(d Debt) bool {
		return slices.Contains(r.Seen, d.ID) &&
			slices.ContainsFunc(r.Checks, func(c Check) bool { return c.pays(d, recorded) })
	})}
	for _, c := range r.Checks {
		if c.Verdict == Passed {
			continue
		}
		d := c.Debt()
		d.ID, d.Platform, d.Name, d.Began = r.As.ID, r.As.Platform, r.As.Name, r.As.Began
		d.ID += "-" + string(c.Cause)
		next.add(d, func(earlier Debt) bool { return earlier.same(d) || c.again(earlier) })
	}
	return next
}

// onlyLater tells that nothing stands but what is still to be checked.
func (b Book) onlyLater(later []Cause) bool {
	return !slices.ContainsFunc(b.Standing(), func(d Debt) bool { return !slices.Contains(later, d.Cause) })
}

// Why says why a run has not made good what an image owes; empty: it owes nothing.
func (b Book) Why(r Run) string {
	var reasons []string
	debts := b.Failing()
	if len(debts) == 0 {
		debts = b.Standing()
	}
	for _, d := range debts {
		if slices.Contains(r.Later, d.Cause) {
			continue
		}
		if why := d.why(r) + d.elsewhere(r.As.Name); !slices.Contains(reasons, why) {
			reasons = append(reasons, why)
		}
	}
	return strings.Join(reasons, "; ")
}

// Others begins what is said of a debt whose tests have the same words and other content now.
const Others = "tests that are others now: "

// Stuck tells that the checks of a run, made once more with all that was left out of them, would not pay a debt of
// before: what is behind their words is another now, or what it was compared with is not there. Set tells that it is
// for the settings alone that were not there before.
func (r Run) Stuck(d Debt) (stuck, set bool) {
	at := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Cause == d.Cause })
	if at < 0 || r.As.ID != "" && strings.HasPrefix(d.ID, r.As.ID) {
		return false, false
	}
	a := r.Checks[at].against(d)
	stuck = len(a.others) > 0 || d.Cause == Parity && len(a.left) > 0
	return stuck, !stuck && len(a.more) > 0
}

// why says why a run has not paid a debt.
func (d Debt) why(r Run) string {
	at := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Cause == d.Cause })
	if at < 0 {
		return d.leftOut()
	}
	did := "it failed"
	if d.Inconclusive {
		did = "it was inconclusive in"
	}
	a := r.Checks[at].against(d)
	var reasons []string
	for _, part := range []struct {
		said  string
		words []string
	}{
		{did + " tests that were left out now: ", a.left},
		{did + " " + Others, a.others},
		{strings.TrimSuffix(did, " in") + " without ", a.more},
	} {
		if len(part.words) > 0 {
			reasons = append(reasons, part.said+strings.Join(part.words, " "))
		}
	}
	switch {
	case d.Cause == Parity && len(a.left) > 0:
		return "it was not the same app beside " + strings.Join(a.left, ", ") + ", which was left out now"
	case len(reasons) > 0:
		return strings.Join(reasons, "; ")
	case len(a.exempt) > 0:
		return d.Reason + "; what is let pass now counts once it is recorded with tests that pass"
	}
	return "it failed the same again meanwhile: " + d.Reason
}

// leftOut says of a check that was not made what it has found before.
func (d Debt) leftOut() string {
	switch d.Cause {
	case Tests:
		if d.Inconclusive {
			return "it was inconclusive in tests that were left out now: " + strings.Join(d.Words, " ")
		}
		return "it failed tests that were left out now: " + strings.Join(d.Words, " ")
	case Parity:
		return d.Reason + "; it was compared with none now"
	case Look, Audit, Unpack, Unread:
	}
	return d.Reason
}
