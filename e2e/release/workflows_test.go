package release_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/docs/page"
)

// read reads a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", path))
	assert.NilError(t, err)
	return string(text)
}

// workflows are the workflows of the project, by their path.
func workflows(t *testing.T) map[string]string {
	t.Helper()
	found, err := filepath.Glob("../../.github/workflows/*.yml")
	assert.NilError(t, err)
	assert.Assert(t, len(found) >= 4)
	all := map[string]string{}
	for _, path := range found {
		all[filepath.Base(path)] = read(t, filepath.Join(".github/workflows", filepath.Base(path)))
	}
	return all
}

// What others can change is not run: each action is named by its commit, and the version beside it is for people.
func TestActionsArePinned(t *testing.T) {
	uses := regexp.MustCompile(`uses: *(\S+)( # v\S+)?`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w./-]+@[0-9a-f]{40}$`)
	seen := 0
	for name, text := range workflows(t) {
		for _, found := range uses.FindAllStringSubmatch(text, -1) {
			seen++
			assert.Check(t, pinned.MatchString(found[1]) && found[2] != "", "%s uses %s%s", name, found[1], found[2])
		}
	}
	assert.Assert(t, seen > 8)
}

// CI runs what people run: the targets of the Makefile.
func TestWorkflowsCallTargets(t *testing.T) {
	makefile := read(t, "Makefile")
	target := regexp.MustCompile(`run: make ([a-z0-9-]+)|target: \[([a-z0-9, -]+)\]`)
	seen := 0
	for name, text := range workflows(t) {
		for _, found := range target.FindAllStringSubmatch(text, -1) {
			for _, word := range strings.FieldsFunc(found[1]+","+found[2], func(r rune) bool { return r == ',' || r == ' ' }) {
				seen++
				assert.Check(t, is.Contains(makefile, "\n"+word+":"), "%s: make %s", name, word)
			}
		}
	}
	assert.Assert(t, seen > 8)
}

// A workflow asks for the rights it needs, and no input of others is put into its shell.
func TestWorkflowsAreCareful(t *testing.T) {
	for name, text := range workflows(t) {
		var w struct {
			Permissions map[string]string
			Jobs        map[string]struct{ Steps []struct{ Run string } }
		}
		assert.NilError(t, yaml.Unmarshal([]byte(text), &w), name)
		assert.Check(t, strings.Contains(text, "\npermissions: {"), "%s says no permissions", name)
		for right, value := range w.Permissions {
			assert.Check(t, is.Equal(value, "read"), "%s: %s", name, right)
		}
		assert.Check(t, !strings.Contains(text, "pull_request_target"), name)
		for job, j := range w.Jobs {
			for _, step := range j.Steps {
				given := regexp.MustCompile(`\$\{\{ *(github|inputs|secrets)\.`).FindString(step.Run)
				assert.Check(t, given == "", "%s, job %s puts %s into its shell", name, job, given)
			}
		}
	}
}

// Every input of an action reaches its script by the environment, and the script uses it.
func TestActionInputsAreUsed(t *testing.T) {
	for _, name := range []string{"setup", "build"} {
		var action struct {
			Inputs map[string]any
			Runs   struct {
				Steps []struct {
					Run string
					Env map[string]string
				}
			}
		}
		assert.NilError(t, yaml.Unmarshal([]byte(read(t, ".github/actions/"+name+"/action.yml")), &action))
		script := read(t, ".github/actions/"+name+"/"+name+".sh")
		assert.Assert(t, is.Len(action.Runs.Steps, 1))
		step := action.Runs.Steps[0]
		assert.Check(t, !strings.Contains(step.Run, "${{"))
		assert.Equal(t, len(step.Env), len(action.Inputs))
		for input := range action.Inputs {
			variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(input, "-", "_"))
			assert.Check(t, is.Equal(step.Env[variable], "${{ inputs."+input+" }}"))
			assert.Check(t, regexp.MustCompile(`\b`+variable+`\b`).MatchString(script), "%s does not use %s", name, variable)
		}
	}
}

// Each platform that is built for is one that the install script knows, or says what to do for.
func TestInstallerKnowsThePlatforms(t *testing.T) {
	makefile := strings.ReplaceAll(read(t, "Makefile"), "\\\n", " ")
	list := regexp.MustCompile(`(?m)^CROSS +:= (.*)$`).FindStringSubmatch(makefile)
	assert.Assert(t, is.Len(list, 2))
	script := read(t, ".release/install.sh")
	for _, platform := range strings.Fields(list[1]) {
		os, arch, _ := strings.Cut(platform, "-")
		assert.Check(t, is.Contains(script, os), platform)
		assert.Check(t, is.Contains(script, arch), platform)
	}
}

// There is a section for what is to come, from which the notes of a release are made.
func TestChangelog(t *testing.T) {
	assert.Check(t, is.Contains(read(t, "CHANGELOG.md"), "\n## Unreleased\n"))
}

// What the documentation gives our actions and the job for GitLab are inputs that they have, and what it takes from them
// are outputs.
func TestDocumentedInputs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/guide/*.md")
	assert.NilError(t, err)
	seen := 0
	for _, path := range pages {
		text := read(t, filepath.Join("docs", "guide", filepath.Base(path)))
		for _, block := range page.Blocks(text) {
			if block.Language != "yaml" || block.Marks["file"] != "" {
				continue
			}
			var shown workflow
			assert.NilError(t, yaml.Unmarshal([]byte(strings.Join(block.Lines, "\n")), &shown), "%s:%d", path, block.Line)
			seen += shown.check(t, filepath.Base(path))
		}
	}
	assert.Assert(t, seen >= 6, "%d uses", seen)
}

// workflow is what a block of YAML can show: a workflow of GitHub, or a pipeline of GitLab.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct {
			ID, Uses string
			With     map[string]any
			Env      map[string]string
		}
	}
	Include []struct{ Inputs map[string]any }
}

// check looks at each use of what is ours, and counts them.
func (w workflow) check(t *testing.T, name string) (seen int) {
	t.Helper()
	for _, include := range w.Include {
		spec, _, _ := strings.Cut(read(t, ".ci/gitlab.yml"), "\n---\n")
		for input := range include.Inputs {
			assert.Check(t, is.Contains(spec, "\n    "+input+":"), name)
		}
		seen++
	}
	for _, job := range w.Jobs {
		outputs := map[string]string{} // of a step, by its id: the text of its action
		for _, step := range job.Steps {
			_, action, ours := strings.Cut(step.Uses, "docker-multiplat/.github/actions/")
			if ours {
				action, _, _ = strings.Cut(action, "@")
				text := read(t, ".github/actions/"+action+"/action.yml")
				for input := range step.With {
					assert.Check(t, is.Contains(text, "\n  "+input+":"), "%s: %s", name, action)
				}
				outputs[step.ID] = text
				seen++
			}
			for _, value := range step.Env {
				taken := regexp.MustCompile(`steps\.([\w-]+)\.outputs\.([\w-]+)`).FindStringSubmatch(value)
				if taken != nil {
					assert.Check(t, is.Contains(outputs[taken[1]], "."+taken[2]+" }}"), name)
				}
			}
		}
	}
	return seen
}
