//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
)

// compositeAction is what an action.yml says.
type compositeAction struct {
	Inputs  map[string]struct{ Default string } `yaml:"inputs"`
	Outputs map[string]struct{ Value string }   `yaml:"outputs"`
	Runs    struct {
		Using string
		Steps []runnerStep
	} `yaml:"runs"`
}

// runnerStep is a step of an action, or of a job.
type runnerStep struct {
	ID, Uses, Shell, Run string
	Env                  map[string]string
}

// runner runs the steps of an action with the variables that GitHub's runner sets.
type runner struct {
	*scenario
	folder string
	action compositeAction
	values map[string]string // what an expression can name
}

// newRunner reads an action of this repository, as it is.
func (s *scenario) newRunner(name string) *runner {
	s.t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", ".github", "actions", name))
	assert.NilError(s.t, err)
	text, err := os.ReadFile(filepath.Join(folder, "action.yml"))
	assert.NilError(s.t, err)
	r := &runner{scenario: s, folder: folder, values: map[string]string{}}
	assert.NilError(s.t, yaml.Unmarshal(text, &r.action))
	assert.Equal(s.t, r.action.Runs.Using, "composite")
	return r
}

// uses runs the action with inputs. It returns the outputs, and what the last step left.
func (r *runner) uses(inputs map[string]string) (outputs map[string]string, last result) {
	r.t.Helper()
	for name, input := range r.action.Inputs {
		r.values["inputs."+name] = input.Default
	}
	for name, value := range inputs {
		_, known := r.action.Inputs[name]
		assert.Assert(r.t, known, "there is no input %q", name)
		r.values["inputs."+name] = value
	}
	for _, step := range r.action.Runs.Steps {
		assert.Equal(r.t, step.Shell, "bash")
		last = r.step(step, "GITHUB_ACTION_PATH="+r.folder)
		if last.Code != 0 {
			break
		}
	}
	outputs = map[string]string{}
	for name, output := range r.action.Outputs {
		outputs[name] = r.evaluated(output.Value)
	}
	return outputs, last
}

// step runs the shell of one step, and takes its outputs.
func (r *runner) step(step runnerStep, environ ...string) result {
	r.t.Helper()
	written := filepath.Join(r.t.TempDir(), "output")
	environ = append(environ,
		"GITHUB_ACTIONS=true", "CI=true", "GITHUB_WORKSPACE="+r.dir,
		"GITHUB_OUTPUT="+written, "GITHUB_ENV="+r.file("env"), "GITHUB_STEP_SUMMARY="+r.file("summary"),
		"RUNNER_TEMP="+r.t.TempDir())
	for name, value := range step.Env {
		environ = append(environ, name+"="+r.evaluated(value))
	}
	script := filepath.Join(r.t.TempDir(), "step.sh")
	assert.NilError(r.t, os.WriteFile(script, []byte(r.evaluated(step.Run)), 0o600))
	shell := []string{"-e", script} // where a job does not name one
	if step.Shell == "bash" {
		shell = []string{"--noprofile", "--norc", "-eo", "pipefail", script}
	}
	s := r.with(environ...)
	last := s.finish(s.command("bash", shell...))
	for name, value := range commands(r.t, written) {
		r.values["steps."+step.ID+".outputs."+name] = value
	}
	return last
}

// file is a file that the steps of a job share.
func (r *runner) file(name string) string { return filepath.Join(r.config, "runner-"+name) }

// evaluated puts values in the place of expressions; those that no runner knows are empty.
func (r *runner) evaluated(text string) string {
	return regexp.MustCompile(`\$\{\{ *([a-z0-9_.-]+) *\}\}`).ReplaceAllStringFunc(text, func(found string) string {
		return r.values[strings.Trim(found, "${} ")]
	})
}

// commands reads a file of NAME=VALUE and NAME<<END lines, as the runner does.
func commands(t *testing.T, path string) map[string]string {
	t.Helper()
	found := map[string]string{}
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return found
	}
	assert.NilError(t, err)
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		name, end, several := strings.Cut(lines[i], "<<")
		if !several {
			key, value, _ := strings.Cut(lines[i], "=")
			found[key] = value
			continue
		}
		var value []string
		for i++; i < len(lines) && lines[i] != end; i++ {
			value = append(value, lines[i])
		}
		assert.Assert(t, i < len(lines), "%q does not end", name)
		found[name] = strings.Join(value, "\n")
	}
	return found
}
