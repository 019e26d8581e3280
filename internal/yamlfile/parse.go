package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads the one document of a file. A name that ends in .json is read as JSON, any other as YAML.
func Parse(name string, text []byte) (*yaml.Node, error) {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return parseJSON(text)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, errors.New("it is no YAML: it is empty")
	} else if err != nil {
		return nil, fmt.Errorf("it is no YAML: %w", err)
	}
	var more yaml.Node
	if decoder.Decode(&more) == nil {
		return nil, At(&more, "there is a second document; give one file each")
	}
	return document.Content[0], nil
}

// At is an error with its place in the file.
func At(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", node.Line, node.Column, fmt.Sprintf(format, args...))
}

// Value is the value of a key of a mapping, or the mapping itself where the key is missing.
func Value(node *yaml.Node, key string) *yaml.Node {
	node = Resolved(node)
	for i := 0; i+1 < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
		if node.Content[i].Value == key {
			return Resolved(node.Content[i+1])
		}
	}
	return node
}

// Resolved is what an alias stands for.
func Resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// Prefixed puts the name of the file before every line.
func Prefixed(name string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = name + ":" + lines[i]
	}
	return errors.New(strings.Join(lines, "\n"))
}
