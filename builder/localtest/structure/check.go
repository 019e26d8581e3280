package structure

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checker compares a file with the types it is read into and notes what does not fit, with its place.
type checker struct {
	seen map[visit]bool
	errs []error
}

// visit is a node as one type; aliases lead to a node more than once.
type visit struct {
	node *yaml.Node
	kind reflect.Type
}

func schemaOf(v any) reflect.Type { return reflect.TypeOf(v).Elem() }

func (c *checker) check(node *yaml.Node, kind reflect.Type) {
	node = resolved(node)
	if c.seen[visit{node, kind}] || isNull(node) {
		return
	}
	c.seen[visit{node, kind}] = true
	switch kind.Kind() {
	case reflect.Pointer:
		c.check(node, kind.Elem())
	case reflect.Struct:
		c.checkMapping(node, kind)
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			c.errs = append(c.errs, at(node, "here is %s, not a list", describe(node)))
			return
		}
		for _, item := range node.Content {
			c.check(item, kind.Elem())
		}
	default:
		c.checkScalar(node, kind.Kind())
	}
}

func (c *checker) checkMapping(node *yaml.Node, kind reflect.Type) {
	if node.Kind != yaml.MappingNode {
		c.errs = append(c.errs, at(node, "here is %s, not keys with values", describe(node)))
		return
	}
	known := fieldsOf(kind)
	found := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		field, ok := known[key.Value]
		switch {
		case key.Value == "<<" && key.Tag == "!!merge":
			c.check(node.Content[i+1], kind)
		case !ok:
			c.errs = append(c.errs, at(key, "unknown key %q%s; known here: %s", key.Value, nameOfNow(key.Value, known),
				strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		case found[key.Value]:
			c.errs = append(c.errs, at(key, "the key %q is here twice", key.Value))
		default:
			found[key.Value] = true
			c.check(node.Content[i+1], field)
		}
	}
}

// nameOfNow says how a key of older files is called now, where it is known here; empty: nothing.
func nameOfNow(key string, known map[string]reflect.Type) string {
	const before, now = "env", "envVars"
	if _, ok := known[now]; ok && key == before {
		return ", now " + now
	}
	return ""
}

func (c *checker) checkScalar(node *yaml.Node, kind reflect.Kind) {
	want := map[reflect.Kind]string{reflect.String: "a text", reflect.Int: "a number", reflect.Bool: "true or false"}[kind]
	fits := node.Kind == yaml.ScalarNode
	switch kind {
	case reflect.Int:
		fits = fits && node.Tag == "!!int"
	case reflect.Bool:
		fits = fits && node.Tag == "!!bool"
	}
	if !fits {
		c.errs = append(c.errs, at(node, "here is %s, not %s", describe(node), want))
	}
}

// fieldsOf lists the keys of a struct, those of inlined structs included.
func fieldsOf(kind reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range kind.NumField() {
		field := kind.Field(i)
		key, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			maps.Copy(fields, fieldsOf(field.Type))
		case key != "-":
			fields[key] = field.Type
		}
	}
	return fields
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

func describe(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return "\"" + node.Value + "\""
}
