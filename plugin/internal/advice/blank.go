package advice

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Blank returns what takes out of a text what may be a secret in a command line: libraries repeat in their errors what
// they were given.
func Blank(flags *pflag.FlagSet, args []string) func(text string) string {
	var b blanks
	for _, arg := range args {
		b.value("", arg)
	}
	flags.Visit(func(f *pflag.Flag) {
		for _, value := range valuesOf(f) {
			b.value(f.Name, value)
		}
	})
	return b.blank
}

// blanks are texts and what stands in their places.
type blanks struct {
	pairs [][2]string
	// short are secrets that are taken out where they stand as words: as parts of others they would be no secrets.
	short []string
}

// value adds what may be a secret in a value of a flag, or in an argument.
func (b *blanks) value(flag, value string) {
	b.add(value, asShown(flag, value))
	for _, place := range places(value) {
		b.add(place, request.Place(place))
	}
	for _, piece := range pieces(flag, value) {
		if !piece.Secret || piece.Text == "" {
			continue
		}
		if piece.Key != "" {
			b.add(piece.Key+"="+piece.Text, piece.Key+"="+keyvalue.Mask)
		}
		harmless := slices.Contains([]string{buildArg, "test-env", "var", "set"}, flag) && !sounds(piece.Key)
		for _, part := range append(strings.Split(piece.Text, ","), piece.Text) { // who reads it takes it apart
			if part == "" {
				continue
			}
			for _, quotes := range []string{`""`, "''", "[]"} {
				b.add(quotes[:1]+part+quotes[1:], quotes[:1]+keyvalue.Mask+quotes[1:])
			}
			if !harmless {
				b.alone(part)
			}
		}
	}
}

// alone takes a secret out wherever it stands.
func (b *blanks) alone(secret string) {
	const shortest, least = 6, 2
	switch {
	case len(secret) >= shortest:
		for _, text := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			b.add(text, keyvalue.Mask)
		}
	case len(secret) > least:
		b.short = append(b.short, secret)
	}
}

// add takes a text out, also as it is quoted.
func (b *blanks) add(text, shown string) {
	if text == shown || text == "" {
		return
	}
	quoted := strconv.Quote(text)
	for _, form := range []string{text, quoted[1 : len(quoted)-1], visible.Whole(text)} {
		b.pairs = append(b.pairs, [2]string{form, shown})
	}
}

// blank takes them out of a text, the longest first.
func (b *blanks) blank(text string) string {
	pairs := slices.Clone(b.pairs)
	slices.SortStableFunc(pairs, func(x, y [2]string) int { return len(y[0]) - len(x[0]) })
	var words []string
	for _, pair := range pairs {
		words = append(words, pair[0], pair[1])
	}
	text = strings.NewReplacer(words...).Replace(text)
	for _, secret := range b.short {
		word := regexp.MustCompile(`(^|[^0-9A-Za-z_.-])` + regexp.QuoteMeta(secret) + `($|[^0-9A-Za-z_.-])`)
		text = word.ReplaceAllString(text, "${1}"+keyvalue.Mask+"${2}")
	}
	return text
}
