package debt

import (
	"slices"
)

// Book is all that one image has failed and not made good.
type Book struct {
	Debts []Debt `json:"debts"`
}

// Standing are the debts that nobody has waived.
func (b Book) Standing() []Debt {
	return slices.DeleteFunc(slices.Clone(b.Debts), func(d Debt) bool { return d.Waived })
}

// Failing are those of the debts that nobody has waived which are failures; the others came to no end.
func (b Book) Failing() []Debt {
	return slices.DeleteFunc(b.Standing(), func(d Debt) bool { return d.Inconclusive })
}

// Reasons are the reasons of all waivers, each once.
func (b Book) Reasons() (reasons []string) {
	for _, d := range b.Debts {
		reasons = append(reasons, missing(d.waiveReasons(), reasons)...)
	}
	return reasons
}

// Words are the tests that have to be passed to make good what was failed, as flags.
func (b Book) Words() (words []string) {
	for _, d := range b.Standing() {
		if d.Cause == Tests {
			words = append(words, missing(d.Words, words)...)
		}
	}
	return words
}

// Has tells that a word is among those of the debts, waived or not.
func (b Book) Has(word string) bool {
	return slices.ContainsFunc(b.Debts, func(d Debt) bool { return slices.Contains(d.Words, word) })
}

// Without is the book without the debts of a cause.
func (b Book) Without(cause Cause) Book {
	return Book{slices.DeleteFunc(slices.Clone(b.Debts), func(d Debt) bool { return d.Cause == cause })}
}

// IDs are those of all debts.
func (b Book) IDs() []string {
	ids := make([]string, 0, len(b.Debts))
	for _, d := range b.Debts {
		ids = append(ids, d.ID)
	}
	return ids
}

// Waive adds a waiver to every debt. One of a reason that is there already is not said twice.
func (b *Book) Waive(w Waiver) { b.WaiveThese(b.IDs(), w) }

// WaiveThese adds a waiver to the debts of these IDs.
func (b *Book) WaiveThese(ids []string, w Waiver) {
	debts := slices.Clone(b.Debts)
	for i, d := range debts {
		if !slices.Contains(ids, d.ID) {
			continue
		}
		again := func(earlier Waiver) bool { return earlier.Reason == w.Reason }
		debts[i].Waived = true
		if !slices.ContainsFunc(d.Waivers, again) {
			debts[i].Waivers = append(slices.Clone(d.Waivers), w)
		}
	}
	b.Debts = debts
}

// Add adds a debt, in the place of the same one: what was waived then is not waived now.
func (b *Book) Add(d Debt) { b.add(d, d.same) }

// add is Add, where something else tells the same one.
func (b *Book) add(d Debt, same func(earlier Debt) bool) {
	debts := slices.Clone(b.Debts)
	for i, earlier := range debts {
		if !same(earlier) {
			continue
		}
		d.Looked = d.Looked && earlier.Looked
		if d.Inconclusive && !earlier.Inconclusive { // it has failed, all the same
			d.Inconclusive, d.Reason = false, earlier.Reason
		}
		d.Waivers = earlier.Waivers
		debts[i] = d
		b.Debts = debts
		return
	}
	b.Debts = append(debts, d)
}
