package bake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/bake/hclparser"
	"github.com/tonistiigi/go-csvvalue"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Listing is what --list asks for.
type Listing struct {
	// Variables lists variables in the place of targets; JSON is the format in the place of a table.
	Variables, JSON bool
}

// ParseListing reads --list: targets, variables, or type=…,format=….
func ParseListing(text string) (l Listing, err error) {
	kind, format := text, "table"
	if strings.Contains(text, "=") {
		kind = ""
		fields, err := csvvalue.Fields(text, nil)
		if err != nil {
			return l, failure.Usage("reading --list %q: %w", text, err)
		}
		for _, field := range fields {
			key, value, _ := strings.Cut(field, "=")
			switch strings.TrimSpace(strings.ToLower(key)) {
			case "type":
				kind = value
			case "format":
				format = value
			default:
				return l, failure.Usage("--list %q: unknown key %q; use type and format", text, key)
			}
		}
	}
	if kind != "targets" && kind != "variables" || format != "table" && format != "json" {
		return l, failure.Usage("unknown --list %q; use targets or variables, or type=targets,format=json", text)
	}
	return Listing{Variables: kind == "variables", JSON: format == "json"}, nil
}

// List is what docker buildx bake --list prints.
func (d *Definitions) List(l Listing) ([]byte, error) {
	config, meta, err := bake.ParseFiles(d.files, d.defaults, d.values(), bake.ParseOpt{FileRelativePaths: d.relative})
	if err != nil {
		return nil, wrong(err, d.files)
	}
	if l.Variables {
		return variablesText(meta.AllVariables, l.JSON)
	}
	return targetsText(config, l.JSON)
}

// variablesText lists variables.
func variablesText(list []*hclparser.Variable, asJSON bool) ([]byte, error) {
	order.Stable(list, func(a, b *hclparser.Variable) int { return cmp.Compare(a.Name, b.Name) })
	if asJSON {
		return indented(list)
	}
	rows := []string{"VARIABLE\tTYPE\tVALUE\tDESCRIPTION"}
	for _, v := range list {
		value := "<null>"
		if v.Value != nil {
			value = *v.Value
		}
		rows = append(rows, strings.Join([]string{v.Name, v.Type, value, v.Description}, "\t"))
	}
	return tabbed(rows)
}

// listed is a target or group as --list has it.
type listed struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Group       bool   `json:"group,omitempty"`
}

// targetsText lists targets and groups; a name that begins with an underscore is private.
func targetsText(config *bake.Config, asJSON bool) ([]byte, error) {
	var list []listed
	for _, t := range config.Targets {
		list = append(list, listed{Name: t.Name, Description: t.Description})
	}
	for _, g := range config.Groups {
		names := strings.Join(slices.Sorted(slices.Values(g.Targets)), ", ")
		says := g.Description
		switch {
		case says == "":
			says = names
		case names != "":
			says += " (" + names + ")"
		}
		list = append(list, listed{Name: g.Name, Description: says, Group: true})
	}
	order.Stable(list, func(a, b listed) int { return cmp.Compare(a.Name, b.Name) })
	list = slices.DeleteFunc(list, func(one listed) bool { return strings.HasPrefix(one.Name, "_") })
	if asJSON {
		return indented(list)
	}
	rows := []string{"TARGET\tDESCRIPTION"}
	for _, one := range list {
		rows = append(rows, one.Name+"\t"+one.Description)
	}
	return tabbed(rows)
}

// indented is JSON for people.
func indented(value any) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	err := e.Encode(value)
	return text.Bytes(), err
}

// tabbed aligns columns as buildx does.
func tabbed(rows []string) ([]byte, error) {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 1, 8, 1, '\t', 0)
	if _, err := fmt.Fprintln(w, strings.Join(rows, "\n")); err != nil {
		return nil, err
	}
	err := w.Flush()
	return text.Bytes(), err
}
