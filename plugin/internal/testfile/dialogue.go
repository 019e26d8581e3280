package testfile

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/yamlfile"
)

// largestInput is the largest input that is read.
const largestInput = 1 << 20

// ParseDialogue reads a dialogue as it is written on a command line: FILE=REGEXP, or {KEY: VALUE, …} with the keys of
// the file.
func ParseDialogue(text string) (d Dialogue, err error) {
	if strings.HasPrefix(text, "{") {
		kind := ".yaml"
		if json.Valid([]byte(text)) {
			kind = ".json"
		}
		root, err := yamlfile.Parse(kind, []byte(text))
		if err != nil {
			return d, err
		}
		if err := errors.Join(yamlfile.Check(root, &d, yamlfile.Near)...); err != nil {
			return d, err
		}
		if err := root.Decode(&d); err != nil {
			return d, err
		}
		if err := d.problem(); err != "" {
			return d, errors.New(err)
		}
		return d, nil
	}
	file, expect, _ := strings.Cut(text, "=")
	if file == "" || expect == "" {
		return d, errors.New("it names no input and answer; give it as FILE=REGEXP, or {input: TEXT, expect: REGEXP}")
	}
	d = Dialogue{File: file, Expect: Text{Value: expect}}
	if problem := d.problem(); problem != "" {
		return d, errors.New(problem)
	}
	return d, nil
}

// check is what is wrong with a dialogue of the file.
func (d Dialogue) check() error {
	if problem := d.problem(); problem != "" {
		return d.Expect.error("%s", problem)
	}
	return nil
}

// problem says what is wrong with a dialogue in itself; empty: nothing.
func (d Dialogue) problem() string {
	switch _, err := regexp.Compile(d.Expect.Value); {
	case d.Expect.Value == "":
		return "there is no expect: what is to be answered"
	case err != nil:
		return err.Error()
	case (d.File == "") == (d.Input == ""):
		return "give the input either as file or as input"
	}
	return ""
}

// Load reads what a dialogue needs; paths are those of the working folder. Word is the dialogue as a word that says the
// same in any folder, and the same input only.
func (d Dialogue) Load() (loaded localtest.Dialogue, word string, err error) {
	name := cmp.Or(d.Name, filepath.Base(cmp.Or(d.File, "input"))+"="+d.Expect.Value)
	loaded = localtest.Dialogue{Text: name, Input: []byte(d.Input), EOF: d.EOF}
	if loaded.Expect, err = regexp.Compile(d.Expect.Value); err != nil {
		return loaded, "", err
	}
	if d.Command != "" {
		command, err := localtest.ParseCommand(d.Command)
		if err != nil {
			return loaded, "", err
		}
		loaded.Command = &command
	}
	if d.File != "" {
		if d, err = d.readInput(&loaded); err != nil {
			return loaded, "", err
		}
	}
	word, err = d.word()
	return loaded, word, err
}

// readInput reads the file, and pins the dialogue to what it holds.
func (d Dialogue) readInput(to *localtest.Dialogue) (Dialogue, error) {
	full, err := filepath.Abs(d.File)
	if err != nil {
		return d, err
	}
	if to.Input, err = localfile.Read(full, largestInput); err != nil {
		return d, fmt.Errorf("reading the input of a test: %w", err)
	}
	now := digest.FromBytes(to.Input).String()
	if d.Digest != "" && d.Digest != now {
		return d, fmt.Errorf("the input %q is not what it was when the test was asked for; it has %s, not %s",
			d.File, now, d.Digest)
	}
	d.File, d.Digest = full, now
	return d, nil
}

// word is the dialogue in one line.
func (d Dialogue) word() (string, error) {
	var line strings.Builder
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		Name    string `json:"name,omitempty"`
		File    string `json:"file,omitempty"`
		Digest  string `json:"digest,omitempty"`
		Input   string `json:"input,omitempty"`
		Command string `json:"command,omitempty"`
		Expect  string `json:"expect"`
		EOF     bool   `json:"eof,omitempty"`
	}{d.Name, d.File, d.Digest, d.Input, d.Command, d.Expect.Value, d.EOF})
	return strings.TrimSuffix(line.String(), "\n"), err
}
