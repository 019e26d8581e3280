package structure

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"go.yaml.in/yaml/v3"
)

// ErrFile marks a test file that cannot be read as one.
var ErrFile = errors.New("invalid test file")

// Parse reads a test file. A name that ends in .json is read as JSON, any other as YAML. What is wrong is said with line
// and column, in an error that wraps [ErrFile].
func Parse(name string, text []byte) (File, error) {
	file := File{Name: name, Digest: digest.FromBytes(text).String()}
	root, err := parseNode(name, text)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w: %w", name, ErrFile, err)
	}
	if err := errors.Join(decode(root, &file)...); err != nil {
		return File{}, fmt.Errorf("%w:\n%w", ErrFile, prefixed(name, err))
	}
	return file, nil
}

func parseNode(name string, text []byte) (*yaml.Node, error) {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return parseJSON(text)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("it is no YAML: %w", err)
	}
	if len(document.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	var more yaml.Node
	if decoder.Decode(&more) == nil {
		return nil, at(&more, "there is a second document; give one file each")
	}
	return document.Content[0], nil
}

// decode checks the whole file and fills it in; all that is wrong is returned.
func decode(root *yaml.Node, file *File) []error {
	checker := checker{seen: map[visit]bool{}}
	checker.check(root, schemaOf(file))
	if len(checker.errs) > 0 {
		return checker.errs
	}
	if err := root.Decode(file); err != nil {
		return []error{err}
	}
	if file.SchemaVersion != Version {
		where := valueOf(root, "schemaVersion")
		return []error{at(where, "schemaVersion is %q, not %q", file.SchemaVersion, Version)}
	}
	return file.validate(root)
}

// at is an error with its place in the file.
func at(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", node.Line, node.Column, fmt.Sprintf(format, args...))
}

// valueOf is the value of a key of a mapping, or the mapping itself where the key is missing.
func valueOf(node *yaml.Node, key string) *yaml.Node {
	node = resolved(node)
	for i := 0; i+1 < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
		if node.Content[i].Value == key {
			return resolved(node.Content[i+1])
		}
	}
	return node
}

func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// prefixed puts the name of the file before every line.
func prefixed(name string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = name + ":" + lines[i]
	}
	return errors.New(strings.Join(lines, "\n"))
}
