package lint

import (
	"maps"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// variables are those an instruction sees, by name. The value is nil where it may be another on each platform, or is
// not known.
type variables map[string]*string

// constant is the value of a variable that is the same everywhere.
func (v variables) constant(name string) (string, bool) {
	value := v[name]
	if value == nil {
		return "", false
	}
	return *value, true
}

// set takes a variable in; its value counts if it is a constant.
func (v variables) set(name, value string) {
	value = strings.Trim(value, `"'`)
	v[name] = nil
	if !strings.Contains(value, "$") {
		v[name] = &value
		return
	}
	known := true
	filled := expandConstants(value, func(name string) (string, bool) {
		text, ok := v.constant(name)
		known = known && ok
		return text, ok
	})
	if known {
		v[name] = &filled
	}
}

// expandConstants fills in $NAME and ${NAME}; what is more than that is left.
func expandConstants(text string, value func(string) (string, bool)) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "$")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after := cutName(rest)
		if filled, known := value(name); known {
			out.WriteString(filled)
		} else {
			out.WriteByte(unknown)
		}
		text = after
	}
}

// cutName cuts the name of a variable off what stands after the dollar.
func cutName(text string) (name, after string) {
	if inner, braced := strings.CutPrefix(text, "{"); braced {
		name, after, _ = strings.Cut(inner, "}")
		return name, after
	}
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// unknown stands in a word for what is not known of it. It is no letter, so that what is beside it stands alone.
const unknown = '\x01'

// walk goes through the instructions of a stage and of those it is built on, and tells which variables each sees.
func (p *pass) walk(s *dockerfile.Stage, look func(instructions.Command, variables)) {
	seen := variables{}
	if s.FromStage != nil {
		p.walk(s.FromStage, func(c instructions.Command, _ variables) { seen.take(p.View, c) })
	}
	for _, c := range s.Commands {
		look(c, seen)
		seen.take(p.View, c)
	}
}

// take notes what an instruction sets.
func (v variables) take(view *dockerfile.View, c instructions.Command) {
	switch c := c.(type) {
	case *instructions.EnvCommand:
		before := maps.Clone(v)
		for _, pair := range c.Env {
			before.set(pair.Key, pair.Value)
			v[pair.Key] = before[pair.Key]
		}
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			v.takeArgument(view, arg)
		}
	}
}

// takeArgument notes an ARG: what is given on the command line is meant.
func (v variables) takeArgument(view *dockerfile.View, arg instructions.KeyValuePairOptional) {
	v[arg.Key] = nil
	if _, given := view.BuildArgs[arg.Key]; given {
		return
	}
	if arg.Value != nil {
		v.set(arg.Key, *arg.Value)
		return
	}
	for _, global := range view.Globals {
		for _, there := range global.Args {
			if there.Key == arg.Key && there.Value != nil && !strings.Contains(*there.Value, "$") {
				v.set(arg.Key, *there.Value)
			}
		}
	}
}
