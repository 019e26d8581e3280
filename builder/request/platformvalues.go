package request

import "github.com/moby/buildkit/frontend/dockerfile/instructions"

// platformValues are the variables of a Dockerfile for one platform, as far as they are in the Dockerfile.
type platformValues map[string]string

// Get implements [shell.EnvGetter].
func (v platformValues) Get(name string) (string, bool) {
	value, known := v[name]
	return value, known
}

// Keys implements [shell.EnvGetter].
func (v platformValues) Keys() []string { return nil }

// set takes the variables that an instruction sets. An argument of the user's stays what it is.
func (t *taking) set(command any) {
	if t.values == nil {
		return
	}
	switch c := command.(type) {
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			if _, known := t.values[arg.Key]; !known && arg.Value != nil {
				t.values[arg.Key] = *arg.Value
			}
		}
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			t.values[pair.Key] = pair.Value
		}
	}
}
