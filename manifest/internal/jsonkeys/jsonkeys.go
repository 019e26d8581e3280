// Package jsonkeys refuses JSON documents that readers could take for different ones.
package jsonkeys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// maxDepth is how deep a document may be nested.
const maxDepth = 100

// Check refuses a document, which has been decoded already, with an object that has one key twice: which one counts
// depends on the reader. Fields that differ in case alone are one to some readers; the keys of annotations are not.
func Check(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var open []*object
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if open, err = step(open, token); err != nil {
			return err
		}
		if len(open) > maxDepth {
			return fmt.Errorf("it is nested deeper than %d", maxDepth)
		}
	}
}

// step takes one token, and returns what is open after it.
func step(open []*object, token json.Token) ([]*object, error) {
	if token == json.Delim('}') || token == json.Delim(']') {
		return open[:len(open)-1], nil
	}
	next := &object{}
	if len(open) > 0 {
		in := open[len(open)-1]
		if in.wantsKey() {
			return open, in.add(token)
		}
		next.free = in.free || in.last == "annotations"
		in.last = ""
	}
	switch token {
	case json.Delim('{'):
		next.keys = map[string]bool{}
		open = append(open, next)
	case json.Delim('['):
		open = append(open, next)
	}
	return open, nil
}

// object is an object or, without keys, an array that is being read.
type object struct {
	keys map[string]bool
	// last is the key whose value comes next.
	last string
	// free is true where keys are no fields.
	free bool
}

func (o *object) wantsKey() bool { return o.keys != nil && o.last == "" }

func (o *object) add(token json.Token) error {
	name, _ := token.(string)
	key := name
	if !o.free {
		key = folded(name)
	}
	if o.keys[key] {
		return fmt.Errorf("the key %q is in it twice", name)
	}
	o.keys[key] = true
	// an empty key still has a value
	if o.last = key; key == "" {
		o.last = " "
	}
	return nil
}

// folded is a name as encoding/json compares those of fields: letters that are one but for their case are the same, and
// so are those that fold to a letter of ASCII, the long s and the sign of Kelvin.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, name)
}
