package view

import (
	"regexp"
	"strings"
	"testing"

	"github.com/docker/buildx/bake"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What a Dockerfile calls its stages and arguments is shown, not obeyed, in what its frontend says of it.
func TestAnswerOfAHostileDockerfile(t *testing.T) {
	const evil = `\u001b[2J\u009b31m\u202e`
	for method, answer := range map[string]string{
		"targets": `{"targets":[{"name":"` + evil + `","description":"` + evil + `"}]}`,
		"outline": `{"name":"` + evil + `","args":[{"name":"` + evil + `","description":"` + evil + `"}]}`,
		"lint": `{"warnings":[{"ruleName":"` + evil + `","description":"` + evil + `","detail":"` + evil + `","location":{"sourceIndex":0,` +
			`"ranges":[{"start":{"line":1},"end":{"line":1}}]}}],"sources":[{"filename":"` + evil + `","data":"RlJPTQ=="}]}`,
		"other": "",
	} {
		fake := plugintest.NewCLI(t)
		err := Answer(fake, request.Method{Name: method}, "", map[string]string{
			"result.json": answer, "result.txt": "\x1b[2J\u009b31m\u202e",
		})
		assert.NilError(t, err, method)
		shown := fake.Stdout.String()
		assert.Check(t, strings.Contains(shown, `\x1b[2J\x9b31m\u202e`), "%s: %q", method, shown)
		assert.Check(t, !strings.ContainsAny(shown, "\x1b\u009b\u202e"), "%s: %q", method, shown)
	}
}

// An answer that cannot be right is an error, and ends no program.
func TestAnswerThatCannotBeRight(t *testing.T) {
	const source = `"sources":[{"filename":"Dockerfile","data":"RlJPTQ=="}]`
	for _, answer := range []string{
		`{"warnings":[{"ruleName":"a"}],` + source + `}`,
		`{"warnings":[{"ruleName":"a","location":{"sourceIndex":7}},{"ruleName":"b","location":{"sourceIndex":9}}],` + source + `}`,
		`{"warnings":[{"ruleName":"a","location":{"ranges":[{"end":{"line":1}}]}},null],` + source + `}`,
	} {
		fake := plugintest.NewCLI(t)
		err := Answer(fake, request.Method{Name: "lint"}, "", map[string]string{"result.json": answer})
		assert.ErrorContains(t, err, "the frontend's answer", answer)
	}
}

// What is for programs is for them as it is; a terminal is shown the same document in characters that can be seen.
func TestBytesOnATerminal(t *testing.T) {
	fake := plugintest.NewCLI(t)
	raw := "{\"a\":\"\u202e\u009b31m\"}\n"
	assert.NilError(t, PrintBytes(fake, []byte(raw)))
	assert.Equal(t, fake.Stdout.String(), raw)
	fake.Stdout.Reset()
	fake.Out().SetIsTerminal(true)
	assert.NilError(t, PrintBytes(fake, []byte(raw)))
	assert.Equal(t, fake.Stdout.String(), `{"a":"\u202e\u009b31m"}`+"\n")
}

// A check is told as docker buildx build tells it: how many warnings there are, or that there are none, and what keeps
// the Dockerfile from being built, with its line and exit code 1.
func TestAnswerOfACheck(t *testing.T) {
	const (
		sources = `"sources":[{"filename":"Dockerfile","data":"RlJPTSBhCg=="}]`
		at      = `"location":{"sourceIndex":0,"ranges":[{"start":{"line":1},"end":{"line":1}}]}`
		warning = `{"ruleName":"Rule","description":"said",` + at + `}`
		broken  = `"buildError":{"message":"no such image\u009b31m",` + at + `}`
	)
	for answer, want := range map[string]struct{ first, last, failed string }{
		`{"warnings":[],` + sources + `}`:                                {"Check complete, no warnings found.", "", ""},
		`{"warnings":[` + warning + `],` + sources + `}`:                 {"Check complete, 1 warning has been found!", "1 | >>> FROM a", ""},
		`{"warnings":[` + warning + `,` + warning + `],` + sources + `}`: {"Check complete, 2 warnings have been found!", "", ""},
		`{"warnings":[` + warning + `],` + broken + `,` + sources + `}`: {
			"Check complete, 1 warning has been found!", "", "no such image\\x9b31m\nsrc/Dockerfile:1\n",
		},
		`{"warnings":[],` + broken + `,` + sources + `}`: {"", "", "no such image\\x9b31m\nsrc/Dockerfile:1\n"},
	} {
		fake := plugintest.NewCLI(t)
		lint, said := request.Method{Name: "lint"}, map[string]string{"result.json": answer}
		assert.NilError(t, Answer(fake, lint, "src/Dockerfile", said), answer)
		err := Unbuildable(lint, "src/Dockerfile", said)
		shown := fake.Stdout.String()
		first, _, _ := strings.Cut(shown, "\n")
		assert.Check(t, is.Equal(first, want.first), answer)
		assert.Check(t, is.Contains(shown, want.last), answer)
		if want.failed == "" {
			assert.Check(t, err, answer)
			continue
		}
		assert.Check(t, is.ErrorContains(err, want.failed), answer)
		assert.Check(t, is.Equal(failure.ExitCode(err), 1), answer)
		assert.Check(t, !strings.Contains(shown, "no warnings"), answer)
	}
}

// JSON that a frontend or a bake file has made says the same where a CI reads the log, and gives it no commands.
func TestJSONOfOthersGivesNoCommands(t *testing.T) {
	const document = `{"name":"##[error]forged","line":"##vso[task.setvariable variable=x]y"}`
	method := request.Method{Name: "outline", Format: "json"}
	for what, shown := range map[string]func(*plugintest.CLI) error{
		"an answer": func(fake *plugintest.CLI) error {
			return Answer(fake, method, "", map[string]string{"result.json": document})
		},
		"answers": func(fake *plugintest.CLI) error {
			return AnswersOf(fake, Asked{
				Targets: map[string]*bake.Target{"a": {Name: "a"}}, Methods: map[string]request.Method{"a": method},
				Answers: map[string]map[string]string{"a": {"result.json": document}},
			})
		},
		"a definition": func(fake *plugintest.CLI) error { return Definition(fake, []byte(document)) },
	} {
		fake := plugintest.NewCLI(t)
		assert.NilError(t, shown(fake), what)
		text := fake.Stdout.String()
		assert.Check(t, !regexp.MustCompile(`##[a-z]*\[`).MatchString(text), "%s: %s", what, text)
		assert.Check(t, strings.Contains(text, `\u0023\u0023[error]forged`), "%s: %s", what, text)
	}
}
