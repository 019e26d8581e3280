package view

import (
	"encoding/json"
	"fmt"

	"github.com/docker/buildx/bake"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Asked are definitions, and what the frontends of some of their targets have answered.
type Asked struct {
	Groups  map[string]*bake.Group
	Targets map[string]*bake.Target
	Methods map[string]request.Method
	Answers map[string]map[string]string
}

// AnswersOf shows all answers in one document, as docker buildx bake does with format=json.
func AnswersOf(dockerCLI command.Cli, asked Asked) error {
	document := struct {
		Group  map[string]*bake.Group    `json:"group,omitempty"`
		Target map[string]map[string]any `json:"target"`
	}{asked.Groups, map[string]map[string]any{}}
	for name, target := range asked.Targets {
		document.Target[name] = map[string]any{"build": target}
		method, is := asked.Methods[name]
		if !is {
			continue
		}
		var answer map[string]json.RawMessage // each part as it came, its keys in their order
		if err := json.Unmarshal([]byte(asked.Answers[name]["result.json"]), &answer); err != nil {
			return fmt.Errorf("printing the answer about %q: %w", name, err)
		}
		key := method.Name
		if key == methodLint {
			key = "check"
		}
		document.Target[name][key] = answer
	}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("printing the answers: %w", err)
	}
	return block(dockerCLI.Out(), string(visible.UncommandedJSON(visible.JSON(text)))+"\n")
}
