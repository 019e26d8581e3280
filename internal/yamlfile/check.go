package yamlfile

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v3"
)

// Check compares a file with the type it is to be read into, and returns all that does not fit. hint says more of a key
// that is not known there, from those that are; empty: nothing.
func Check(root *yaml.Node, into any, hint func(key string, known []string) string) []error {
	c := checker{seen: map[visit]bool{}, hint: hint}
	c.check(root, reflect.TypeOf(into).Elem())
	return c.errs
}

// Near names the known key that was meant, where one is near.
func Near(key string, known []string) string {
	const most = 2
	best, distance := "", most+1
	for _, name := range known {
		if d := levenshtein.Distance(strings.ToLower(key), name, nil); d < min(distance, len(name)) {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

// checker compares a file with the types it is read into and notes what does not fit, with its place.
type checker struct {
	seen map[visit]bool
	hint func(key string, known []string) string
	errs []error
}

// visit is a node as one type; aliases lead to a node more than once.
type visit struct {
	node *yaml.Node
	kind reflect.Type
}

func (c *checker) check(node *yaml.Node, kind reflect.Type) {
	node = Resolved(node)
	if c.seen[visit{node, kind}] || isNull(node) {
		return
	}
	c.seen[visit{node, kind}] = true
	if reflect.PointerTo(kind).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		kind = reflect.TypeFor[string]() // such types are of one text
	}
	switch kind.Kind() {
	case reflect.Pointer:
		c.check(node, kind.Elem())
	case reflect.Struct:
		c.checkMapping(node, kind)
	case reflect.Map:
		c.checkMap(node, kind)
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			c.errs = append(c.errs, At(node, "here is %s, not a list", describe(node)))
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
		c.errs = append(c.errs, At(node, "here is %s, not keys with values", describe(node)))
		return
	}
	known := fieldsOf(kind)
	names := slices.Sorted(maps.Keys(known))
	found := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		field, ok := known[key.Value]
		switch {
		case key.Value == "<<" && key.Tag == "!!merge":
			c.check(node.Content[i+1], kind)
		case !ok:
			c.errs = append(c.errs, At(key, "unknown key %q%s; known here: %s", key.Value, c.hint(key.Value, names),
				strings.Join(names, ", ")))
		case found[key.Value]:
			c.errs = append(c.errs, At(key, "the key %q is here twice", key.Value))
		default:
			found[key.Value] = true
			c.check(node.Content[i+1], field)
		}
	}
}

// checkMap checks a mapping whose keys are names of the user's.
func (c *checker) checkMap(node *yaml.Node, kind reflect.Type) {
	if node.Kind != yaml.MappingNode {
		c.errs = append(c.errs, At(node, "here is %s, not keys with values", describe(node)))
		return
	}
	found := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Value == "<<" && key.Tag == "!!merge":
			c.check(node.Content[i+1], kind)
		case found[key.Value]:
			c.errs = append(c.errs, At(key, "the key %q is here twice", key.Value))
		default:
			found[key.Value] = true
			c.checkScalar(key, reflect.String)
			c.check(node.Content[i+1], kind.Elem())
		}
	}
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
		c.errs = append(c.errs, At(node, "here is %s, not %s", describe(node), want))
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
	return strconv.Quote(node.Value)
}
