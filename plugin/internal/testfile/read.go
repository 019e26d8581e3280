package testfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"go.yaml.in/yaml/v3"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/yamlfile"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

// largest is the largest file that is read.
const largest = 256 << 10

// Find reads the file of a build context, if there is one. What it can do is confined, as nobody has named it: see
// [Read].
func Find(folder string) (File, bool, error) {
	path := filepath.Join(folder, Name)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return File{}, false, nil
	}
	file, err := read(path)
	if err == nil {
		err = file.wrong(file.confine())
	}
	return file, err == nil, err
}

// Read reads a file that the user has named, who answers for what it does to this machine.
func Read(path string) (File, error) { return read(path) }

func read(path string) (File, error) {
	file := File{Path: path}
	text, err := localfile.Read(path, largest)
	if err != nil {
		return file, fmt.Errorf("reading the test file: %w", err)
	}
	root, err := yamlfile.Parse(path, text)
	if err != nil {
		return file, file.wrong([]error{err})
	}
	if errs := slices.Concat(nulls(root, nil), yamlfile.Check(root, &file, yamlfile.Near)); len(errs) > 0 {
		return file, file.wrong(errs)
	}
	if err := root.Decode(&file); err != nil {
		return file, file.wrong([]error{err})
	}
	return file, file.wrong(file.validate())
}

// Strangers says of each target, but for the one that stands for all others, that known does not know it.
func (f *File) Strangers(known func(string) bool) (said []string) {
	for name := range f.Targets {
		if name.Value != DefaultTarget && !known(name.Value) {
			said = append(said, fmt.Sprintf("%s:%d:%d: the definition has no target or group %q, so that what is said of it "+
				"counts for none", f.Path, name.Line, name.Column, name.Value))
		}
	}
	slices.Sort(said)
	return said
}

// wrong is all that is wrong with the file, each with its name before it; nil for nothing.
func (f *File) wrong(errs []error) error {
	if err := errors.Join(errs...); err != nil {
		return yamlfile.Prefixed(f.Path, err)
	}
	return nil
}

// nulls finds keys and items without a value, which would silently say nothing.
func nulls(node *yaml.Node, errs []error) []error {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return append(errs, yamlfile.At(node, "there is no value here"))
	}
	for _, child := range node.Content { // aliases have none: what they stand for is elsewhere in the file
		errs = nulls(child, errs)
	}
	return errs
}

// validate notes what the types cannot say is wrong.
func (f *File) validate() (errs []error) {
	for name, target := range f.Targets {
		if name.Value == "" {
			errs = append(errs, name.error("a target has no name"))
		}
		for _, tests := range target.all() {
			for _, d := range tests.Stdin {
				errs = append(errs, d.check())
			}
			errs = append(errs, onTwice(tests.On)...)
		}
		seen := map[string]bool{}
		for key, p := range target.Platforms {
			parsed, err := parsePlatform(key)
			switch {
			case err != nil:
				errs = append(errs, err)
			case seen[platform.Format(parsed)]:
				errs = append(errs, key.error("the platform %q is here twice", platform.Format(parsed)))
			}
			seen[platform.Format(parsed)] = true
			if p.Skip.Line > 0 && strings.TrimSpace(p.Skip.Value) == "" {
				errs = append(errs, p.Skip.error("say why %s is skipped", key.Value))
			}
		}
	}
	slices.SortFunc(errs, byText)
	return errs
}

// onHere is the place of tests that is no engine elsewhere.
const onHere = "local"

// onTwice notes what says two things of one platform.
func onTwice(list []Text) (errs []error) {
	seen := map[string]string{}
	for _, entry := range list {
		name, _, _ := strings.Cut(entry.Value, "=")
		if parsed, err := platform.Parse([]string{name}); err == nil && len(parsed) == 1 {
			name = platform.Format(parsed[0])
		}
		switch before, twice := seen[name]; {
		case twice:
			errs = append(errs, entry.error("%q and %q are for one platform; give one of them", before, entry.Value))
		case len(seen) > 0 && (name == onHere || seen[onHere] != ""):
			errs = append(errs, entry.error("%q has all platforms tested in the engine in use, and stands alone", onHere))
		}
		seen[name] = entry.Value
	}
	return errs
}

// byText makes the order of errors the same each time.
func byText(a, b error) int {
	if a == nil || b == nil {
		return 0
	}
	return strings.Compare(a.Error(), b.Error())
}

// all are the tests that a target speaks of, in any place.
func (t Target) all() []Tests {
	list := []Tests{t.Tests, t.Emulated}
	for _, p := range t.Platforms {
		list = append(list, p.Tests, p.Emulated)
	}
	return list
}

func parsePlatform(key Text) (ocispec.Platform, error) {
	parsed, err := platform.Parse([]string{key.Value})
	if err == nil && len(parsed) != 1 {
		err = errors.New("give one platform")
	}
	if err != nil {
		return ocispec.Platform{}, key.error("%s", err)
	}
	return parsed[0], nil
}
