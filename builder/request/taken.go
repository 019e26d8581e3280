package request

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// syntaxArgument is the build argument that names the frontend.
const syntaxArgument = "BUILDKIT_SYNTAX"

// taken are the paths that a Dockerfile takes of its contexts, by the name of the context; the build context has none.
// They are what BuildKit's frontend asks the client for.
type taken map[string][]string

// take reads a Dockerfile. It is nil where what it takes is not known: another frontend, one that is not here, or one
// that cannot be read. The build says what is wrong with it.
func (r Request) take(text []byte, args map[string]string) taken { return r.takeWith(text, args, nil) }

// takeWith is take for one platform, where its values are given.
func (r Request) takeWith(text []byte, args map[string]string, values platformValues) taken {
	if text == nil || r.Whole || !ownFrontend(text, args) {
		return nil
	}
	ast, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	stages, globals, err := instructions.Parse(ast.AST, nil)
	if err != nil || len(stages) == 0 {
		return nil
	}
	t := taking{
		values: values,
		stages: stages, visited: make([]bool, len(stages)), taken: taken{},
		lex: shell.NewLex(ast.EscapeToken), env: unknownValues{args: args},
	}
	if values != nil {
		maps.Copy(values, args)
	}
	for i := range globals {
		if err := t.command(&globals[i]); err != nil {
			return nil
		}
	}
	if err := t.target(r.Target); err != nil {
		return nil
	}
	return t.taken
}

// ownFrontend tells whether a Dockerfile is read by Docker's own frontend, whose language is known here.
func ownFrontend(text []byte, args map[string]string) bool {
	image := args[syntaxArgument]
	if image == "" {
		image, _, _, _ = parser.DetectSyntax(text)
	}
	if image == "" {
		return true
	}
	name, err := reference.ParseNormalizedNamed(image)
	return err == nil && slices.Contains(
		[]string{"docker.io/docker/dockerfile", "docker.io/docker/dockerfile-upstream"}, name.Name())
}

// of are the paths taken of a context, and whether all of it is. What is not named may stand for an image under
// another spelling of its name, so all of it counts.
func (t taken) of(context string) (paths []string, all bool) {
	paths, known := t[contextKey(context)]
	if t == nil || !known && context != "" {
		return nil, true
	}
	return paths, slices.Contains(paths, ".")
}

// contextKey is one key for the spellings of a context's name that BuildKit takes for one.
func contextKey(name string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), "::")
	for _, prefix := range []string{"docker.io/", "library/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return strings.TrimSuffix(name, ":latest")
}

// taking walks through the stages that a target needs.
type taking struct {
	stages  []instructions.Stage
	visited []bool
	lex     *shell.Lex
	env     unknownValues
	// values are those of one platform; nil: of any.
	values platformValues
	taken  taken
}

// target begins at the stage that is built.
func (t *taking) target(name string) error {
	at := len(t.stages) - 1
	if name != "" {
		found, err := t.stageOf(name)
		if err != nil {
			return err
		}
		at = found
	}
	if at < 0 {
		return fmt.Errorf("there is no stage %q", name)
	}
	return t.stage(at)
}

// stageOf is the number of a stage by its name or number; -1 for none.
func (t *taking) stageOf(name string) (int, error) {
	if at, ok := instructions.HasStage(t.stages, name); ok {
		return at, nil
	}
	var at int
	if _, err := fmt.Sscanf(name, "%d", &at); err == nil && fmt.Sprint(at) == name {
		if at < 0 || at >= len(t.stages) {
			return -1, fmt.Errorf("there is no stage %d", at)
		}
		return at, nil
	}
	return -1, nil
}

// stage takes what a stage takes, and the stages it is made from.
func (t *taking) stage(at int) error {
	if t.visited[at] {
		return nil
	}
	t.visited[at] = true
	stage := t.stages[at]
	if err := t.from(stage.BaseName, "/"); err != nil {
		return err
	}
	for _, command := range stage.Commands {
		if err := t.command(command); err != nil {
			return err
		}
	}
	return nil
}

// from takes a path of the context, the stage or the image of a name.
func (t *taking) from(name, source string) error {
	if strings.Contains(name, "$") { // any of the stages, or an image
		for at := range t.stages {
			if err := t.stage(at); err != nil {
				return err
			}
		}
		return nil
	}
	at, err := t.stageOf(name)
	switch {
	case err != nil:
		return err
	case name != "" && at >= 0:
		return t.stage(at)
	}
	key := contextKey(name)
	t.taken[key] = append(t.taken[key], path.Join(".", path.Join("/", filepath.ToSlash(source))))
	return nil
}

// command takes what one instruction takes.
func (t *taking) command(command instructions.Command) error {
	if words, ok := command.(instructions.SupportsSingleWordExpansion); ok {
		if err := words.Expand(t.expand); err != nil {
			return err
		}
	}
	t.set(command)
	switch c := command.(type) {
	case *instructions.AddCommand:
		return t.all("", slices.DeleteFunc(slices.Clone(c.SourcePaths), func(source string) bool {
			return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
		}))
	case *instructions.CopyCommand:
		return t.all(c.From, c.SourcePaths)
	case *instructions.RunCommand:
		for _, mount := range instructions.GetMounts(c) {
			bind := mount.Type == instructions.MountTypeBind
			if !bind && (mount.Type != instructions.MountTypeCache || mount.From == "") {
				continue
			}
			if err := t.from(mount.From, known(mount.Source)); err != nil {
				return err
			}
		}
	}
	return nil
}

// all takes several paths of one context.
func (t *taking) all(name string, sources []string) error {
	for _, source := range sources {
		if err := t.from(name, known(source)); err != nil {
			return err
		}
	}
	return nil
}
