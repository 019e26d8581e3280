package lint

import (
	"iter"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// variables are those an instruction sees: those of its stage, and of the stages that is built on.
type variables struct {
	// own are by name. The value is nil where it may be another on each platform, or is not known.
	own  map[string]*string
	base *variables
}

// find is what is known of a variable.
func (v *variables) find(name string) (value *string, declared bool) {
	for ; v != nil; v = v.base {
		if value, declared = v.own[name]; declared {
			return value, true
		}
	}
	return nil, false
}

// constant is the value of a variable that is the same everywhere.
func (v *variables) constant(name string) (string, bool) {
	value, _ := v.find(name)
	if value == nil {
		return "", false
	}
	return *value, true
}

// Get implements [shell.EnvGetter]: it matters only whether there is a value.
func (v *variables) Get(name string) (string, bool) {
	_, declared := v.find(name)
	return "x", declared
}

// Keys implements [shell.EnvGetter], which asks for them to guess what was meant.
func (v *variables) Keys() []string { return nil }

// constants are all values that are the same everywhere.
func (v *variables) constants() iter.Seq[string] {
	return func(yield func(string) bool) {
		for at := v; at != nil; at = at.base {
			for name := range at.own {
				if value, ok := v.constant(name); ok && !yield(value) {
					return
				}
			}
		}
	}
}

// maxValue is the longest value that is known; one that grows with every line is not filled in further.
const maxValue = 64 << 10

// filled is a value with the variables in it; nil: it is no constant.
func (v *variables) filled(value string) *string {
	value = strings.Trim(value, `"'`)
	known := true
	filled := expandConstants(value, func(name string) (string, bool) {
		text, ok := v.constant(name)
		known = known && ok
		return text, ok
	})
	if !known || len(filled) > maxValue {
		return nil
	}
	return &filled
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
func (p *pass) walk(s *dockerfile.Stage, look func(instructions.Command, *variables)) {
	seen := &variables{own: map[string]*string{}, base: p.end(s.FromStage)}
	for _, c := range s.Commands {
		if p.stopped() {
			return
		}
		look(c, seen)
		seen.take(p.View, c)
	}
}

// end are the variables at the end of a stage; nil is none.
func (p *pass) end(s *dockerfile.Stage) *variables {
	var chain []*dockerfile.Stage
	for ; s != nil && p.ends[s] == nil; s = s.FromStage {
		chain = append(chain, s)
	}
	seen := p.ends[s]
	for _, stage := range slices.Backward(chain) {
		seen = &variables{own: map[string]*string{}, base: seen}
		for _, c := range stage.Commands {
			seen.take(p.View, c)
		}
		p.ends[stage] = seen
	}
	return seen
}

// take notes what an instruction sets. All values of an ENV see the variables before it.
func (v *variables) take(view *dockerfile.View, c instructions.Command) {
	switch c := c.(type) {
	case *instructions.EnvCommand:
		values := make([]*string, len(c.Env))
		for i, pair := range c.Env {
			values[i] = v.filled(pair.Value)
		}
		for i, pair := range c.Env {
			v.own[pair.Key] = values[i]
		}
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			v.takeArgument(view, arg)
		}
	}
}

// takeArgument notes an ARG: what is given on the command line is meant.
func (v *variables) takeArgument(view *dockerfile.View, arg instructions.KeyValuePairOptional) {
	v.own[arg.Key] = nil
	if _, given := view.BuildArgs[arg.Key]; given {
		return
	}
	if arg.Value != nil {
		v.own[arg.Key] = v.filled(*arg.Value)
		return
	}
	for _, global := range view.Globals {
		for _, there := range global.Args {
			if there.Key == arg.Key && there.Value != nil && !strings.Contains(*there.Value, "$") {
				v.own[arg.Key] = v.filled(*there.Value)
			}
		}
	}
}
