package keyvalue

import "strings"

// Piece is a part of a value as it was given.
type Piece struct {
	Text string
	// Secret tells that the text may be one; Key is what it was given for, if anything.
	Secret bool
	Key    string
}

// Pieces takes a line of CSV apart into what may be told and what may be a secret: the values of keys that are not
// open, and words that stand without a key. Put together they are a line that says the same.
func Pieces(text string, open func(key string) bool) (list []Piece) {
	fields, err := Fields(text)
	if err != nil { // where one ends nobody can tell
		return One(text, func(string) bool { return false })
	}
	for i, field := range fields {
		if n := len(list); n > 0 && list[n-1].Secret && !strings.Contains(field, "=") {
			list[n-1].Text += "," + field // a secret with a comma in it that was not quoted
			continue
		}
		if i > 0 {
			list = append(list, Piece{Text: ","})
		}
		quoted := Field(field) != field
		if quoted {
			field = Field(field)
			list, field = append(list, Piece{Text: `"`}), field[1:len(field)-1]
		}
		list = append(list, One(field, open)...)
		if quoted {
			list = append(list, Piece{Text: `"`})
		}
	}
	return list
}

// One is Pieces of one KEY=VALUE, in which commas and quotes are as others.
func One(text string, open func(key string) bool) []Piece {
	key, value, named := strings.Cut(text, "=")
	name := strings.TrimLeft(key, `"`)
	switch {
	case text == "":
		return nil
	case !named:
		return []Piece{{Text: text, Secret: true}}
	case open(name) || value == "":
		return []Piece{{Text: text}}
	}
	return []Piece{{Text: key + "="}, {Text: value, Secret: true, Key: name}}
}

// Join puts pieces together as they may be told.
func Join(list []Piece) string {
	var b strings.Builder
	for _, piece := range list {
		if piece.Secret {
			b.WriteString(Mask)
			continue
		}
		b.WriteString(piece.Text)
	}
	return b.String()
}

// Shown is a line of CSV as it may be told.
func Shown(text string, open func(key string) bool) string { return Join(Pieces(text, open)) }
