package trial

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

// auditCheck is an audit as one check of an image.
func auditCheck(found audit.Report, allow audit.Globs) debt.Check {
	c := debt.Check{Cause: debt.Audit, Exempt: allow.Patterns()}
	if len(found.Errors()) > 0 {
		c.Verdict, c.Reason = debt.Failed, auditReason(found)
	}
	return c
}

// Looked enters what an audit has found in an image that was not tested. It is a fact of its bytes, whatever it is
// called: it stands against it until it is made good. A label that is wrong is none.
func (i Identity) Looked(ctx context.Context, p string, found audit.Report, allow audit.Globs) error {
	if found.Mislabelled() {
		return nil
	}
	c := auditCheck(found, allow)
	c.Looked = true
	book, err := i.Debts.Of(ctx, i.Config)
	if err != nil {
		return err
	}
	owes := slices.ContainsFunc(book.Debts, func(d debt.Debt) bool { return d.Cause == debt.Audit })
	if c.Verdict == debt.Passed && !owes {
		return nil
	}
	run := debt.Run{Seen: book.IDs(), Checks: []debt.Check{c}, As: debt.Debt{
		ID: rand.Text(), Platform: p, Name: i.Name, Began: time.Now().UTC().Truncate(time.Second),
	}}
	return i.Debts.Change(ctx, i.Config, func(b *debt.Book) { b.Take(run) })
}

// NotKept says that what an audit has found could not be written down.
func NotKept(err error) string {
	return "what was found is not kept, so that this machine's gate does not know of it: " + err.Error() +
		"; MULTIPLAT_STORE=FOLDER in the environment names another folder"
}

// PaidByLook is what an image owes where an audit without tests that lets this pass finds nothing.
func PaidByLook(book debt.Book, allow audit.Globs) debt.Book {
	book.Take(debt.Run{Seen: book.IDs(), Checks: []debt.Check{{
		Cause: debt.Audit, Exempt: allow.Patterns(), Looked: true,
	}}})
	return book
}
