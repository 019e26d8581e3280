package trial

import (
	"cmp"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// owedCase is what the case is called that tells of what an image has failed before.
const owedCase = "tests failed before"

// owing is the outcome as it is by what the image has failed and not made good. What is recorded says the same.
func (o Outcome) owing() Outcome {
	book := o.account.book
	for _, cause := range o.account.run.Later {
		book = book.Without(cause)
	}
	why := o.account.book.Why(o.account.run)
	ended := o.State.Good() || o.State == draft.Skipped
	switch failing := book.Failing(); {
	case len(failing) > 0:
		if ended {
			o = o.still(draft.Failed, localtest.Failed, why)
		}
		if o.record == nil || o.record.Result != record.Failed {
			o.record, o.drop = nil, false
		}
		if o.record == nil && o.held.Result != record.Failed {
			o.record = &record.Result{Result: record.Failed, Failed: failedNames(failing)}
		}
	case len(book.Standing()) > 0:
		if ended {
			o = o.still(draft.Inconclusive, localtest.Inconclusive, why)
			o.record, o.drop = nil, true
		}
	case len(book.Debts) > 0:
		o = o.waived(book, ended)
	case o.record != nil && o.record.Result == record.Passed:
		o.record.Warned = append(o.record.Warned, o.waivedBefore...)
	}
	return o
}

// still is the outcome of an image that has passed less than what it has to. What is recorded stays.
func (o Outcome) still(state draft.State, verdict localtest.Verdict, reason string) Outcome {
	o.State, o.Reason = state, reason
	o.Report.Verdict = verdict
	o.Report.Cases = append(slices.Clone(o.Report.Cases), localtest.Case{
		Name: owedCase, Verdict: verdict, Reason: reason,
	})
	o.record, o.drop = nil, false
	return o
}

// waived is the outcome of an image that was let through by name, and has not made good what it failed.
func (o Outcome) waived(book debt.Book, ended bool) Outcome {
	reason := strings.Join(book.Reasons(), "; ")
	if ended {
		o.State, o.Reason = draft.Waived, cmp.Or(reason, "by name")
		o.Report.Cases = append(slices.Clone(o.Report.Cases), localtest.Case{
			Name: owedCase, Verdict: localtest.Skipped, Reason: "let through: " + o.Reason,
		})
	}
	o.record, o.drop = nil, false
	if o.held.Result != record.Warned {
		o.record = WaivedResult(record.Result{}, book, "")
	}
	return o
}

// WaivedResult is the record of an image that is let through: the reasons of all waivers, and what it has failed.
func WaivedResult(before record.Result, book debt.Book, reason string) *record.Result {
	reasons := book.Reasons()
	if before.Result == record.Warned && before.Reason != "" {
		reasons = append([]string{before.Reason}, slices.DeleteFunc(reasons, func(r string) bool {
			return strings.Contains("; "+before.Reason+"; ", "; "+r+"; ")
		})...)
	}
	if reason != "" && !strings.Contains("; "+strings.Join(reasons, "; ")+"; ", "; "+reason+"; ") {
		reasons = append(reasons, reason)
	}
	return &record.Result{
		Result: record.Warned,
		Reason: cmp.Or(strings.Join(reasons, "; "), "--allow-untested"),
		Failed: failedNames(book.Debts),
	}
}

// failedNames are what was failed, as it stands in a record.
func failedNames(debts []debt.Debt) (names []string) {
	for _, d := range debts {
		if name := d.Failed(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
