package trial

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Debts is where it is kept what images have failed.
type Debts interface {
	Of(ctx context.Context, config digest.Digest) (debt.Book, error)
	Change(ctx context.Context, config digest.Digest, change func(*debt.Book)) error
	Begin(ctx context.Context, config digest.Digest, owes debt.Debt, slight bool) (*store.Run, error)
}

// Identity is by what it is known what an image has failed.
type Identity struct {
	// Config is the digest of its config, and Name what people call it.
	Config digest.Digest
	Name   string
	// Debts is where it is kept.
	Debts Debts
}

// account is what an image has failed, while it is tried again.
type account struct {
	Identity
	// book is what it owes, as far as that is known; run is the run that is on.
	book debt.Book
	run  debt.Run
	// behind is what was behind the words of the tests when it began.
	behind behind
	// begun is what is known of the run if it is killed; nil where no tests are run. unkept is why what has failed could
	// not be written down.
	begun  *store.Run
	unkept error
}

// account begins a run of one image, and returns the bench for it. Where the image owes something nothing is reused,
// and a smoke test that it has failed is run beside other tests.
func (b *Bench) account(ctx context.Context, s Subject) (*account, *Bench, error) {
	of, err := s.identity(ctx)
	if err != nil {
		return nil, b, err
	}
	a := &account{Identity: of}
	if a.book, err = of.Debts.Of(ctx, of.Config); err != nil {
		return nil, b, err
	}
	p := s.image().Platform
	a.run = debt.Run{Seen: a.book.IDs(), As: debt.Debt{
		ID: rand.Text(), Platform: platform.Format(p), Name: of.Name, Began: time.Now().UTC().Truncate(time.Second),
	}}
	if len(a.book.Debts) > 0 {
		own := *b
		own.Plan.Reuse = false
		if a.book.Has(Smoke) {
			own.Plan.Own = slices.Clone(own.Plan.Own)
			own.Plan.Each(func(tests *localtest.Spec) { tests.Smoke = true })
		}
		b = &own
	}
	a.behind = lookBehind(b.wanted(p).Tests)
	return a, b, a.begin(ctx, b, p)
}

// begin notes that tests are run, or that a person looks. Where that cannot be noted they are not begun: what the image
// fails could not be kept either, and something else would let it through.
func (a *account) begin(ctx context.Context, b *Bench, p ocispec.Platform) error {
	if b.Plan.Mode < Test {
		return nil
	}
	wanted := b.wanted(p)
	words := wordsOf(wanted.Flags, wanted.Tests)
	owes := debt.Check{Cause: debt.Tests, Words: words, Sum: func(word, earlier string) string {
		return sumOf(wanted.Tests, a.behind.sums, word, earlier)
	}}.Debt()
	slight := wanted.Skipped(p) != "" || b.Plan.Mode != Test || len(words) == 1 && words[0] == Smoke
	owes.ID, owes.Platform, owes.Name, owes.Began = a.run.As.ID, a.run.As.Platform, a.run.As.Name, a.run.As.Began
	var err error
	if a.begun, err = a.Debts.Begin(ctx, a.Config, owes, slight); err != nil {
		return failure.Wrap(errdefs.ErrNotReady, fmt.Errorf("what the image fails could not be kept: %w", err), "",
			"Nothing was tested; MULTIPLAT_STORE=FOLDER in the environment names another folder to keep it in.")
	}
	return nil
}

// end ends the run. What could not be written down of a failure stays with what was noted when it began.
func (a *account) end() error {
	if a == nil || a.begun == nil {
		return nil
	}
	return a.begun.Close(a.unkept == nil)
}

// settle enters what came of a run, and returns the outcome as it is by all that the image has failed.
func (a *account) settle(ctx context.Context, o Outcome, checks []debt.Check, later ...debt.Cause) Outcome {
	a.run.Checks, a.run.Later, a.run.Tested = checks, later, o.State.Good()
	failed := slices.ContainsFunc(checks, func(c debt.Check) bool { return c.Verdict != debt.Passed })
	if failed || len(a.run.Seen) > 0 {
		kept := context.WithoutCancel(ctx) // what is known by now is not lost
		err := a.Debts.Change(kept, a.Config, func(b *debt.Book) {
			b.Take(a.run)
			a.book = *b
		})
		if err != nil {
			if failed {
				a.unkept = err
				err = fmt.Errorf("%s, and it could not be kept: %w", cmp.Or(o.Reason, o.tested.reason, "it failed"), err)
			}
			return o.Broke(err)
		}
	} else if now, err := a.Debts.Of(ctx, a.Config); err != nil {
		return o.Broke(err)
	} else {
		a.book = now // it may have failed meanwhile, under another name
	}
	a.run.Seen = a.book.IDs()
	o.account = a
	return o.owing()
}

// checks are the checks that an image was put to.
func (b *Bench) checks(o Outcome, behind behind) (checks []debt.Check) {
	wanted := b.wanted(o.Platform)
	if o.Audit != nil && !o.Audit.Mislabelled() {
		checks = append(checks, auditCheck(*o.Audit, wanted.AllowForeign))
	}
	switch {
	case o.Packed:
		checks = append(checks, debt.Check{Cause: debt.Unpack, Verdict: debt.Failed, Reason: o.Reason})
	case o.Loaded != "" || o.Node != "":
		checks = append(checks, debt.Check{Cause: debt.Unpack})
	}
	if c, ran := testCheck(o, wanted.Tests, behind); ran {
		checks = append(checks, c)
	}
	return checks
}

// testCheck is the tests that were run; ran is false where they say nothing.
func testCheck(o Outcome, tests localtest.Spec, behind behind) (c debt.Check, ran bool) {
	c = debt.Check{
		Cause: debt.Tests, Words: wordsOf(o.Flags, tests), Reason: o.tested.reason, Setting: isSetting, Place: placeOf,
	}
	asked := len(binding(o.Flags)) > 0
	switch {
	case o.Packed:
		return c, false
	case o.tested.verdict.Good():
	case o.tested.verdict == localtest.Failed:
		c.Verdict = debt.Failed
	case o.tested.verdict == localtest.Inconclusive && asked:
		c.Verdict = debt.Inconclusive
	default:
		return c, false
	}
	steady, sure := behind.steady(tests)
	c.Sum = func(word, earlier string) string {
		if earlier == "" {
			return sumOf(tests, steady, word, earlier)
		}
		return sumOf(tests, sure, word, earlier)
	}
	return c, true
}

// Owes are the tests that the image has to pass to make good what it has failed, as flags, and whether anything is
// known against it.
func (o Outcome) Owes() (words []string, known bool) {
	if o.account == nil {
		return nil, false
	}
	return o.account.book.Words(), len(o.account.book.Debts) > 0
}

// Compared enters whether an image is the app that others are, which were compared with it.
func (o Outcome) Compared(ctx context.Context, with []string, plan Plan) Outcome {
	if o.account == nil || o.State == draft.Broken {
		return o
	}
	c := debt.Check{Cause: debt.Parity, Words: with, Exempt: plan.Alike().Allow.Patterns()}
	if o.unlike {
		c.Verdict, c.Reason = debt.Failed, o.Reason
	}
	return o.account.settle(ctx, o, []debt.Check{c})
}
