package structure

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"go.yaml.in/yaml/v3"

	"github.com/docker-multiplat/docker-multiplat/internal/yamlfile"
)

// ErrFile marks a test file that cannot be read as one.
var ErrFile = errors.New("invalid test file")

// Parse reads a test file. A name that ends in .json is read as JSON, any other as YAML. What is wrong is said with
// line and column, in an error that wraps [ErrFile].
func Parse(name string, text []byte) (File, error) {
	file := File{Name: name, Digest: digest.FromBytes(text).String()}
	root, err := yamlfile.Parse(name, text)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w: %w", name, ErrFile, err)
	}
	if err := errors.Join(decode(root, &file)...); err != nil {
		return File{}, fmt.Errorf("%w:\n%w", ErrFile, yamlfile.Prefixed(name, err))
	}
	return file, nil
}

// decode checks the whole file and fills it in; all that is wrong is returned.
func decode(root *yaml.Node, file *File) []error {
	if errs := yamlfile.Check(root, file, nameOfNow); len(errs) > 0 {
		return errs
	}
	if err := root.Decode(file); err != nil {
		return []error{err}
	}
	if file.SchemaVersion != Version {
		where := yamlfile.Value(root, "schemaVersion")
		return []error{yamlfile.At(where, "schemaVersion is %q, not %q", file.SchemaVersion, Version)}
	}
	return file.validate(root)
}

// nameOfNow says how a key of older files is called now, where it is known here; empty: nothing.
func nameOfNow(key string, known []string) string {
	const before, now = "env", "envVars"
	if slices.Contains(known, now) && key == before {
		return ", now " + now
	}
	return ""
}
