//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/shlex"
	"golang.org/x/tools/txtar"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// printCase is files, and the command lines whose answers about them are compared.
type printCase struct {
	name string
	// of are the tests of buildx that show such files.
	of []string
	// runs are the command lines: [@FOLDER] [NAME=VALUE...] [ARG...] [<FILE].
	runs []string
	// said are words of buildx that are others here, as ours name the fix.
	said []string
	// either are words that both say about one of several things that are wrong: it is taken at random.
	either []string
	files  []txtar.File
}

// printCases are the archives of testdata/bake.
func printCases(t *testing.T) (cases []printCase) {
	t.Helper()
	paths, err := filepath.Glob("testdata/bake/*.txtar")
	assert.NilError(t, err)
	assert.Assert(t, len(paths) > 0)
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		assert.NilError(t, err)
		c := printCase{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), files: archive.Files}
		for line := range strings.Lines(string(archive.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			switch key {
			case "of":
				c.of = append(c.of, strings.Fields(value)...)
			case "said otherwise":
				c.said = append(c.said, strings.TrimSpace(value))
			case "either says":
				c.either = append(c.either, strings.TrimSpace(value))
			case "run":
				c.runs = append(c.runs, strings.TrimSpace(value))
			default:
				t.Fatalf("%s: %q begins with none of \"of:\", \"run:\", \"said otherwise:\" and \"either says:\"", path, line)
			}
		}
		assert.Assert(t, len(c.runs) > 0, path)
		cases = append(cases, c)
	}
	return cases
}

// both runs one command line with docker buildx bake, and with this plugin.
func (s *scenario) both(t *testing.T, line string) (theirs, ours result) {
	t.Helper()
	words, err := shlex.Split(line)
	assert.NilError(t, err, line)
	own := *s
	var args []string
	var input string
	for _, word := range words {
		name, _, assigned := strings.Cut(word, "=")
		switch {
		case word[:1] == "@":
			own.dir = filepath.Join(s.dir, word[1:])
		case word[:1] == "<":
			text, err := os.ReadFile(filepath.Join(own.dir, word[1:]))
			assert.NilError(t, err)
			input = string(text)
		case assigned && len(args) == 0 && !strings.HasPrefix(name, "-"):
			own.environ = append(slices.Clone(own.environ), word)
		default:
			args = append(args, word)
		}
	}
	if !slices.Contains(args, "--list") {
		args = append([]string{"--print"}, args...)
	}
	answer := func(binary string, first ...string) result {
		c := own.command(binary, slices.Concat(first, []string{"bake"}, args)...)
		c.Stdin = strings.NewReader(input)
		return own.execute(c)
	}
	binary, err := filepath.Abs(plugin)
	assert.NilError(t, err)
	return answer(s.lab.buildx), answer(binary, "multiplat")
}

// inOrder is a definition whose groups name their targets in alphabetical order: the groups of a pattern or of a matrix
// have none of their own, as buildx makes them from maps. What is no definition stays as it is.
func inOrder(t *testing.T, printed string) string {
	t.Helper()
	var definition struct {
		Group  map[string]map[string][]string `json:"group"`
		Target json.RawMessage                `json:"target"`
	}
	if err := json.Unmarshal([]byte(printed), &definition); err != nil || definition.Target == nil {
		return printed
	}
	for _, group := range definition.Group {
		slices.Sort(group["targets"])
	}
	text, err := json.MarshalIndent(definition, "", "  ")
	assert.NilError(t, err)
	return string(text)
}

// compare has a command line answered by both.
func (c printCase) compare(t *testing.T, s *scenario, line string) {
	t.Helper()
	theirs, ours := s.both(t, line)
	stderr := "run: " + line + "\ntheirs: " + theirs.Stderr + "\nours: " + ours.Stderr
	assert.Check(t, is.Equal(inOrder(t, ours.Stdout), inOrder(t, theirs.Stdout)), stderr)
	assert.Check(t, ours.Code == 0 == (theirs.Code == 0), stderr)
	if _, says, failed := strings.Cut(theirs.Stderr, "ERROR: "); failed {
		says, _, _ = strings.Cut(says, "\n")
		otherwise := func(words string) bool { return strings.Contains(says, words) }
		both := func(words string) bool { return otherwise(words) && strings.Contains(ours.Stderr, words) }
		assert.Check(t, slices.ContainsFunc(c.said, otherwise) || slices.ContainsFunc(c.either, both) ||
			strings.Contains(ours.Stderr, strings.TrimSpace(says)), stderr)
	}
}

// The definitions of buildx's own tests are printed and listed as buildx does it, and what it refuses is refused here
// with its words, but for those that an archive names.
func TestBakePrintsAsBuildx(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		for _, c := range printCases(t) {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				own := *s
				own.t, own.dir = t, t.TempDir()
				for _, file := range c.files {
					own.write(file.Name, string(file.Data))
				}
				for _, line := range c.runs {
					c.compare(t, &own, line)
				}
			})
		}
	}, containerdStore)
}

// Every test that buildx has of bake is one of those whose definitions are compared, or is known to show none that
// can be.
func TestEveryBakeTestOfBuildxIsKnown(t *testing.T) {
	known := map[string]string{}
	for _, c := range printCases(t) {
		for _, name := range c.of {
			assert.Check(t, known[name] == "", "%s is of %s and of %s", name, known[name], c.name)
			known[name] = c.name
		}
	}
	without, err := os.ReadFile("testdata/bake/without.txt")
	assert.NilError(t, err)
	for line := range strings.Lines(string(without)) {
		name, why, _ := strings.Cut(strings.TrimSpace(line), ": ")
		assert.Check(t, known[name] == "" && why != "", line)
		known[name] = why
	}
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/docker/buildx")
	folder, err := command.Output()
	assert.NilError(t, err)
	test := regexp.MustCompile(`(?m)^func (Test\w+|testBake\w+)\(`)
	for _, pattern := range []string{"bake/*_test.go", "bake/hclparser/*_test.go", "tests/*bake.go"} {
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), pattern))
		assert.NilError(t, err)
		assert.Assert(t, len(files) > 0, pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			assert.NilError(t, err)
			for _, match := range test.FindAllSubmatch(text, -1) {
				name := string(match[1])
				assert.Check(t, known[name] != "", "%s of %s is in no archive of testdata/bake, nor in without.txt", name,
					filepath.Base(file))
				delete(known, name)
			}
		}
	}
	assert.Equal(t, len(known), 0, "buildx has none of these: %v", known)
}
