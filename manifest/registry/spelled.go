package registry

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// shortestSpelled is the length, in bytes, from which a word is looked for in other spellings, too.
const shortestSpelled = 6

// formsOf are the ways in which a word may stand in a text as it is: also in base64, wherever it begins there, and in
// hexadecimal digits. Capitals and small letters are the same in those of a word that is long enough, see [folded].
func formsOf(word string) []string {
	escapes := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "/", `\/`)
	forms := []string{word, escapes.Replace(word), url.QueryEscape(word), html.EscapeString(word)}
	if len(word) < shortestSpelled {
		return forms
	}
	digits := hex.EncodeToString([]byte(word))
	forms = append(forms, digits, strings.ToUpper(word), strings.ToLower(word))
	for before := range 3 {
		whole := append(make([]byte, before), word...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, core(encoding.EncodeToString(whole), before, len(whole)))
		}
	}
	return forms
}

// core is base64 text without the characters that hold bits of what stands before or behind.
func core(encoded string, before, length int) string {
	const group, bits, perByte = 3, 6, 8
	encoded = encoded[(before*perByte+bits-1)/bits:]
	if length%group != 0 {
		encoded = encoded[:len(encoded)-1]
	}
	return encoded
}

// blankWords takes words out of a text, the longest first: one may hold another. They are found however JSON, URLs and
// HTML write them, character by character.
func blankWords(text string, words []string) string {
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, word := range words {
		fold := folded(word)
		for _, form := range formsOf(word) {
			text = replaceSpelled(text, form, fold)
		}
	}
	return text
}

// folded is how a word and a text are compared: without regard to the case of letters, where the word is long enough
// that such a text is no coincidence. The length in bytes stays.
func folded(word string) func(string) string {
	if len(word) < shortestSpelled {
		return func(text string) string { return text }
	}
	return func(text string) string {
		small := []byte(text)
		for i, c := range small {
			if 'A' <= c && c <= 'Z' {
				small[i] = c + 'a' - 'A'
			}
		}
		return string(small)
	}
}

// holdsWord tells whether a text has one of the words in it, however it is written.
func holdsWord(text string, words []string) bool {
	decoded, _ := decode(text)
	return slices.ContainsFunc(words, func(word string) bool {
		fold := folded(word)
		plain, unescaped := fold(text), fold(decoded)
		return slices.ContainsFunc(formsOf(word), func(form string) bool {
			form = fold(form)
			return strings.Contains(plain, form) || strings.Contains(unescaped, form)
		})
	})
}

// replaceSpelled takes a word out of a text, as it is, and where characters of it are escaped.
func replaceSpelled(text, word string, fold func(string) string) string {
	at := make([]int, len(text)+1)
	for i := range at {
		at[i] = i
	}
	text = replaceAt(text, fold(text), fold(word), at)
	decoded, at := decode(text)
	if at == nil {
		return text
	}
	return replaceAt(text, fold(decoded), fold(word), at)
}

// replaceAt takes a word out of a text whose bytes decoded are at these places of it.
func replaceAt(text, decoded, word string, at []int) string {
	var b strings.Builder
	for done := 0; ; {
		i := strings.Index(decoded[done:], word)
		if i < 0 {
			b.WriteString(text[at[done]:])
			return b.String()
		}
		b.WriteString(text[at[done]:at[done+i]] + "…")
		done += i + len(word)
	}
}

// decode reads the escapes of JSON, URLs and HTML in a text. at is where in the text each byte of the result, and its
// end, come from; nil: there are no escapes.
func decode(text string) (decoded string, at []int) {
	if !strings.ContainsAny(text, `\%&`) {
		return text, nil
	}
	escape := regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\["\\/]|%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]{1,8};`)
	var b strings.Builder
	plain := func(from, to int) {
		for i := from; i < to; i++ {
			at = append(at, i)
		}
		b.WriteString(text[from:to])
	}
	done := 0
	for _, found := range escape.FindAllStringIndex(text, -1) {
		plain(done, found[0])
		character := unescape(text[found[0]:found[1]])
		for range len(character) {
			at = append(at, found[0])
		}
		b.WriteString(character)
		done = found[1]
	}
	plain(done, len(text))
	return b.String(), append(at, len(text))
}

// unescape reads one escape.
func unescape(escape string) string {
	switch {
	case escape[0] == '&':
		return html.UnescapeString(escape)
	case strings.HasPrefix(escape, `\u`):
		code, _ := strconv.ParseUint(escape[2:], 16, 16)
		return string(utf16.Decode([]uint16{uint16(code)}))
	case len(escape) == len(`\/`):
		return escape[1:]
	}
	code, _ := strconv.ParseUint(escape[len(escape)-2:], 16, 8)
	return string([]byte{byte(code)})
}
