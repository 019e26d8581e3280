package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/docker/cli/cli/streams"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// printf writes text of ours that holds words of others, which may come from a registry, an image or a test: each
// becomes a part of one line, and fit for a terminal. Whatever is printed goes through it, or through another function
// of this file: no other writes to a stream.
func printf(w io.Writer, format string, args ...any) error {
	return put(w, worded(format, args...))
}

// put writes text that is fit for a terminal, without what the CI would take for commands in whose log it ends.
func put(w io.Writer, text string) error {
	_, err := io.WriteString(w, visible.Uncommanded(text))
	return err
}

// worded is text of ours that holds words of others.
func worded(format string, args ...any) string {
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = tame(arg)
	}
	return fmt.Sprintf(format, shown...)
}

// block writes text in lines whose parts are fit for a terminal, or become it here.
func block(w io.Writer, text string) error {
	return put(w, visible.Block(text))
}

// toRun writes a command to run. It is whole, or of no use.
func toRun(w io.Writer, before, text string) {
	_, _ = io.WriteString(w, before+visible.Whole(text)+"\n")
}

// drawn writes what the display has made of texts that are fit for a terminal.
func drawn(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

// verbatim writes what is for programs as it is. Of a document of JSON a terminal is shown what says the same.
func verbatim(out *streams.Out, body []byte) error {
	if out.IsTerminal() {
		if !json.Valid(body) {
			return block(out, string(body))
		}
		body = visible.JSON(body)
	}
	_, err := out.Write(body)
	return err
}

// tamer makes what is written to it fit for a terminal.
type tamer struct{ io.Writer }

// Write implements [io.Writer].
func (t tamer) Write(p []byte) (int, error) { return len(p), block(t.Writer, string(p)) }

// jsonTamer makes documents of JSON that are written to it fit for a terminal, and for the log of a CI. They say the
// same.
type jsonTamer struct{ io.Writer }

// Write implements [io.Writer].
func (t jsonTamer) Write(p []byte) (int, error) {
	_, err := t.Writer.Write(visible.UncommandedJSON(visible.JSON(p)))
	return len(p), err
}

// lines writes lines that are fit for a terminal.
func lines(w io.Writer, list []string) error {
	return put(w, visible.Block(strings.Join(list, "\n")+"\n"))
}

// templated writes what a user's own template has made of values that are fit for a terminal.
func templated(w io.Writer, text string) error { return put(w, text+"\n") }

// tame is an argument without what a terminal would obey: numbers stay what they are.
func tame(arg any) any {
	switch v := arg.(type) {
	case string:
		return visible.Line(v)
	case error:
		return visible.Line(v.Error())
	case fmt.Stringer:
		return visible.Line(v.String())
	}
	if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
		return visible.Line(v.String())
	}
	return arg
}

// quoteMark stands before lines of others, which cannot be taken for lines of ours then.
const quoteMark = "  | "

// quoted shows text of others in its own lines.
func quoted(w io.Writer, text string) {
	for line := range strings.Lines(visible.Block(text)) {
		_ = put(w, strings.TrimRight(quoteMark+strings.TrimSuffix(line, "\n"), " ")+"\n")
	}
}

// encode prints a value as JSON, in characters that can be seen.
func encode(w io.Writer, value any, indent string) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // as the templates of docker have it
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(visible.UncommandedJSON(visible.JSON(body.Bytes())))
	return err
}

// encodeEach prints a list as JSON, one value a line, as the lists of docker.
func encodeEach[T any](w io.Writer, list []T) error {
	for _, value := range list {
		if err := encode(w, value, ""); err != nil {
			return err
		}
	}
	return nil
}

// tamed is a copy of a value whose texts are fit for a terminal, for the templates of --format.
func tamed[T any](value T) T {
	copied, ok := tamedValue(reflect.ValueOf(&value).Elem()).Interface().(T)
	if !ok { // a nil interface
		return value
	}
	return copied
}

// tamedValue copies a value, as deep as its exported fields reach.
func tamedValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(visible.Whole(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(tamedValue(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(tamedValue(v.Elem()))
		}
	case reflect.Slice, reflect.Map:
		if !v.IsNil() {
			tameElements(v, out)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(tamedValue(v.Field(i)))
			}
		}
	default:
	}
	return out
}

// tameElements copies the elements of a slice or map; bytes are left as they are.
func tameElements(v, out reflect.Value) {
	if v.Kind() == reflect.Map {
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for key, element := range v.Seq2() {
			out.SetMapIndex(tamedValue(key), tamedValue(element))
		}
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return
	}
	out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	for i := range v.Len() {
		out.Index(i).Set(tamedValue(v.Index(i)))
	}
}
