package debt

import (
	"slices"
	"strings"
)

// Verdict is what came of a check.
type Verdict int

// The verdicts.
const (
	Passed Verdict = iota
	Failed
	Inconclusive
)

// Check is one check that an image was put to, and what came of it.
type Check struct {
	Cause   Cause
	Words   []string
	Exempt  []string
	Verdict Verdict
	Reason  string
	// Looked tells that an audit was made without tests.
	Looked bool
	// Sum tells what is behind a word now, so that it compares with an earlier sum; empty: the word says it all. It may
	// be nil.
	Sum func(word, earlier string) string
	// Place tells the part of a word before the path of a file of which only the content counts; empty: the word counts.
	// It may be nil.
	Place func(word string) string
	// Setting tells the words that say in what the check is made, which may not be more than before either. It may be nil.
	Setting func(word string) bool
}

// settings are those of the words that say in what tests are run: in another place they are other tests.
func (c Check) settings() []string {
	if c.Setting == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.Words), func(word string) bool { return !c.Setting(word) })
}

// sum is what is behind a word now.
func (c Check) sum(word, earlier string) string {
	if c.Sum == nil {
		return ""
	}
	return c.Sum(word, earlier)
}

// against is how far a check makes up for a debt.
type against struct {
	// left are words that were left out, others those behind which is something else now, more the settings that were
	// not there before, and exempt the patterns that were not.
	left, others, more, exempt []string
}

// against compares a check with a debt of the same cause.
func (c Check) against(d Debt) (a against) {
	for _, word := range d.Words {
		switch same := slices.Contains(c.Words, word); {
		case c.counterpart(d, word) != "":
		case same:
			a.others = append(a.others, word)
		default:
			a.left = append(a.left, word)
		}
	}
	a.more = missing(c.settings(), d.Words)
	a.exempt = missing(c.Exempt, d.Exempt)
	return a
}

// pays tells that a check makes up for a debt. Exceptions that were not there before count only where it is recorded
// which they are.
func (c Check) pays(d Debt, recorded bool) bool {
	if c.Verdict != Passed || c.Cause != d.Cause || d.Cause == Unread {
		return false
	}
	a := c.against(d)
	recorded = recorded || c.Looked && d.Looked
	return len(a.left)+len(a.others)+len(a.more) == 0 && (recorded || len(a.exempt) == 0)
}

// counterpart is the word of the check that a word of a debt is: with all that was behind it then, and, where only the
// content of a file counts, wherever it is now. Empty: there is none.
func (c Check) counterpart(d Debt, word string) string {
	sum, known := d.Sums[word]
	if slices.Contains(c.Words, word) && (!known || covers(c.sum(word, sum), sum)) {
		return word
	}
	if c.Place == nil || !known || c.Place(word) == "" {
		return ""
	}
	for _, now := range c.Words {
		if c.Place(now) == c.Place(word) && covers(c.sum(now, sum), sum) {
			return now
		}
	}
	return ""
}

// again tells that a check is the one that an earlier debt is of.
func (c Check) again(d Debt) bool {
	a := c.against(d)
	if c.Cause != d.Cause || len(a.left)+len(a.others)+len(a.more)+len(a.exempt) > 0 ||
		len(c.Words) != len(d.Words) || len(c.Exempt) != len(d.Exempt) {
		return false
	}
	for word, sum := range d.Sums {
		now := c.sum(c.counterpart(d, word), sum)
		if len(strings.Split(now, ",")) != len(strings.Split(sum, ",")) {
			return false
		}
	}
	return true
}

// Debt is what a check that was not passed leaves behind.
func (c Check) Debt() Debt {
	d := Debt{
		Cause: c.Cause, Inconclusive: c.Verdict == Inconclusive, Words: c.Words, Exempt: c.Exempt, Reason: c.Reason,
		Looked: c.Looked,
	}
	for _, word := range c.Words {
		if sum := c.sum(word, ""); sum != "" {
			if d.Sums == nil {
				d.Sums = map[string]string{}
			}
			d.Sums[word] = sum
		}
	}
	return d
}

// covers tells that what is behind a word now holds all that was behind it earlier.
func covers(now, earlier string) bool {
	return len(missing(strings.Split(earlier, ","), strings.Split(now, ","))) == 0
}

// missing are those of the words that are not among others.
func missing(words, others []string) []string {
	var left []string
	for _, word := range words {
		if !slices.Contains(others, word) {
			left = append(left, word)
		}
	}
	return left
}
