// Package keyvalue reads what is given as KEY=VALUE, or as several of those in a line of CSV, and tells of it without
// what may be a secret.
package keyvalue

import (
	"encoding/csv"
	"errors"
	"strings"

	"github.com/tonistiigi/go-csvvalue"
)

// Mask stands in the place of what may be a secret.
const Mask = "xxxxx"

// Fields takes a line of CSV apart.
func Fields(text string) ([]string, error) {
	if text == "" {
		return nil, errors.New("it is empty")
	}
	return csvvalue.Fields(text, nil)
}

// Field is a text as a field of CSV.
func Field(text string) string { return Line([]string{text}) }

// Line is a line of CSV with these fields.
func Line(fields []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(fields) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// Pairs takes KEY=VALUE,KEY=VALUE apart, and refuses a field that is no pair. The error does not repeat it.
func Pairs(text string) ([]string, error) {
	fields, err := Fields(text)
	if err != nil {
		return nil, err
	}
	for _, field := range fields {
		if err := Check(field); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// Check refuses what is no KEY=VALUE, and does not repeat it.
func Check(field string) error {
	switch key, _, named := strings.Cut(field, "="); {
	case !named:
		return errors.New("there is no = in it")
	case key == "":
		return errors.New("there is no key before its =")
	}
	return nil
}
