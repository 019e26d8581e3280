package testfile

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// Word is one flag, with the place in the file that says it.
type Word struct {
	Text string
	// At is the place, as FILE:LINE:COLUMN.
	At string
}

// Wording is what is said of one platform, or, of none, of all others: on an engine that needs no emulator for it, and
// on one that does.
type Wording struct {
	Platform         ocispec.Platform
	Native, Emulated []Word
}

// Wordings are what is said of a target, single platforms before all others; ok is false where there is no such target.
func (f *File) Wordings(target string) (list []Wording, ok bool, err error) {
	for name, found := range f.Targets {
		if name.Value == target {
			list, err = f.wordings(found)
			return list, true, err
		}
	}
	return nil, false, nil
}

func (f *File) wordings(target Target) (list []Wording, err error) {
	add := func(p ocispec.Platform, more []Word, native, emulated Tests) error {
		w := Wording{Platform: p}
		if w.Native, err = f.words(native); err == nil {
			w.Emulated, err = f.words(emulated)
		}
		w.Native, w.Emulated = slices.Concat(more, w.Native), slices.Concat(more, w.Emulated)
		list = append(list, w)
		return err
	}
	for key, p := range target.Platforms {
		parsed, err := parsePlatform(key)
		if err != nil {
			return nil, err
		}
		var more []Word
		if p.Skip.Line > 0 {
			more = append(more, f.word("test-skip", p.Skip, platform.Format(parsed)+"="+p.Skip.Value))
		}
		allow := target.AllowForeign
		if p.AllowForeign != nil {
			allow = p.AllowForeign
		}
		native := over(p.Tests, target.Tests)
		emulated := over(p.Emulated, over(p.Tests, over(target.Emulated, target.Tests)))
		if err := add(parsed, slices.Concat(f.allowing(more, allow), f.alike(target.Parity)), native, emulated); err != nil {
			return nil, err
		}
	}
	order.Stable(list, func(a, b Wording) int { // what names more comes first
		x, y := platform.Format(a.Platform), platform.Format(b.Platform)
		if n := len(y) - len(x); n != 0 {
			return n
		}
		return strings.Compare(x, y)
	})
	all := slices.Concat(f.allowing(nil, target.AllowForeign), f.alike(target.Parity))
	err = add(ocispec.Platform{}, all, target.Tests, over(target.Emulated, target.Tests))
	return list, err
}

func (f *File) allowing(words []Word, globs []Text) []Word {
	for _, glob := range globs {
		words = append(words, f.word("allow-foreign", glob, glob.Value))
	}
	return words
}

// alike are the words of what holds for all platforms.
func (f *File) alike(parity Parity) (words []Word) {
	if parity.Require {
		words = append(words, Word{Text: "--require-parity=true", At: f.Path})
	}
	for _, pattern := range parity.Allow {
		words = append(words, f.word("allow-difference", pattern, pattern.Value))
	}
	return words
}

func (f *File) word(flag string, at Text, value string) Word {
	return Word{Text: "--" + flag + "=" + value, At: fmt.Sprintf("%s:%d:%d", f.Path, at.Line, at.Column)}
}

// over is tests, and what others say of what these do not speak of.
func over(tests, others Tests) Tests {
	to, from := reflect.ValueOf(&tests).Elem(), reflect.ValueOf(others)
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return tests
}

// words are the flags that say the same as tests. Paths are made those of any folder.
func (f *File) words(tests Tests) (words []Word, err error) {
	fields := reflect.ValueOf(tests)
	for i := range fields.NumField() {
		flag := "test-" + fields.Type().Field(i).Tag.Get("yaml")
		switch value := fields.Field(i).Interface().(type) {
		case Text:
			if value.Line > 0 {
				words = append(words, f.word(flag, value, value.Value))
			}
		case []Text:
			for _, one := range value {
				words = append(words, f.listed(flag, one))
			}
		case []Dialogue:
			for _, d := range value {
				if d.File != "" {
					d.File = f.whole(d.File)
				}
				text, err := d.word()
				if err != nil {
					return nil, err
				}
				words = append(words, f.word(flag, d.Expect, text))
			}
		}
	}
	return words, nil
}

// listed is the word of one entry of a list.
func (f *File) listed(flag string, entry Text) Word {
	switch flag {
	case "test-test":
		return f.word("test", entry, entry.Value)
	case "test-config":
		return f.word(flag, entry, f.whole(entry.Value))
	case "test-compose":
		return f.word(flag, entry, WholeStack(filepath.Dir(f.Path), entry.Value))
	}
	return f.word(flag, entry, entry.Value)
}

// whole is a path as it is in any folder.
func (f *File) whole(path string) string {
	path = f.path(path)
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// WholeStack is [SERVICE=]FILE as it is in any folder; a file that is relative is in this one.
func WholeStack(folder, text string) string {
	s, err := localtest.ParseStack(text)
	if err != nil {
		return text // which is refused elsewhere
	}
	prefix := strings.TrimSuffix(text, s.File)
	if !filepath.IsAbs(s.File) {
		s.File = filepath.Join(folder, s.File)
	}
	if full, err := filepath.Abs(s.File); err == nil {
		s.File = full
	}
	return prefix + s.File
}
