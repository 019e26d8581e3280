package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// deepest is how far values in a JSON file may be nested; the format needs 5.
const deepest = 50

// jsonParser makes of JSON the nodes the YAML decoder makes, with their places. Reading JSON as YAML would refuse
// tabs and surrogate pairs.
type jsonParser struct {
	text    []byte
	decoder *json.Decoder
}

func parseJSON(text []byte) (*yaml.Node, error) {
	p := jsonParser{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	p.decoder.UseNumber()
	node, err := p.value(0)
	if err == nil {
		if _, more := p.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after its end")
		}
	}
	if err != nil {
		line, column := p.place(p.decoder.InputOffset())
		return nil, fmt.Errorf("it is no JSON, at %d:%d: %w", line, column, err)
	}
	return node, nil
}

func (p *jsonParser) value(depth int) (*yaml.Node, error) {
	if depth > deepest {
		return nil, errors.New("it is nested too deeply")
	}
	node := &yaml.Node{Kind: yaml.ScalarNode}
	node.Line, node.Column = p.place(p.next())
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return node, p.children(node, token, depth)
	case string:
		node.Tag, node.Value = "!!str", token
	case bool:
		node.Tag, node.Value = "!!bool", strconv.FormatBool(token)
	case json.Number:
		node.Tag, node.Value = "!!float", token.String()
		if _, err := token.Int64(); err == nil {
			node.Tag = "!!int"
		}
	default:
		node.Tag, node.Value = "!!null", "null"
	}
	return node, nil
}

// children reads what is inside of a list or an object, and its end.
func (p *jsonParser) children(node *yaml.Node, start json.Delim, depth int) error {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	if start == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for p.decoder.More() {
		child, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		node.Content = append(node.Content, child)
	}
	_, err := p.decoder.Token()
	return err
}

// next is where the next token begins.
func (p *jsonParser) next() int64 {
	at := p.decoder.InputOffset()
	for at < int64(len(p.text)) && bytes.IndexByte([]byte(" \t\r\n,:"), p.text[at]) >= 0 {
		at++
	}
	return at
}

// place is the line and column of an offset, counted from 1.
func (p *jsonParser) place(offset int64) (line, column int) {
	before := p.text[:min(offset, int64(len(p.text)))]
	return bytes.Count(before, []byte{'\n'}) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}
