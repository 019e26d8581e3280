//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/docs/page"
)

// notRun are the reasons for which a block of commands is not run here, as its mark not-run=REASON gives them.
func notRun() map[string]string {
	return map[string]string{
		"needs-github":         "a runner of GitHub; the actions themselves are run by TestGitHubActions",
		"needs-internet":       "it downloads a release; the script itself is run by the tests in e2e/release",
		"needs-other-machines": "machines beside this one",
		"needs-other-tools":    "programs that the lab does not have",
		"changes-the-host":     "it would change the host that all tests share",
		"placeholders":         "what stands in capitals is for the reader to fill in",
		"long":                 "minutes; a target of the Makefile that other tests cover",
	}
}

// pages are the pages whose commands are run. The reference, whose lines are checked against the flags, is not among
// them, nor are the rules, which show Dockerfiles.
func pages(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/guide/*.md"} {
		found, err := filepath.Glob(filepath.Join("..", pattern))
		assert.NilError(t, err)
		assert.Assert(t, len(found) > 0, pattern)
		list = append(list, found...)
	}
	return list
}

// Every command that the documentation shows does what stands there: for a user of its own for each page, in a folder
// with the app of e2e/demo, the blocks are run from the first to the last. The pages are run at the same time.
func TestDocs(t *testing.T) {
	// whose builder all pages share; some name a platform more than they have where they name none
	owner := newScenario(t, containerdStore)
	owner.run("init", "--platform", "linux/amd64,linux/arm64,linux/s390x").succeeds(t)
	owner.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
	var pagesRun, blocksRun atomic.Int64
	all := pages(t)
	t.Cleanup(func() { // the pages have been run then
		if int(pagesRun.Load()) == len(all) { // and not those alone that somebody has asked for
			assert.Check(t, blocksRun.Load() > 20, "%d blocks", blocksRun.Load())
		}
	})
	for _, path := range all {
		text, err := os.ReadFile(path)
		assert.NilError(t, err)
		blocks := page.Blocks(string(text))
		name := strings.TrimPrefix(path, "../")
		t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
			t.Parallel()
			p := &docPage{t: t, owner: owner, name: name}
			for _, block := range blocks {
				p.take(block)
			}
			ran := p.run()
			assert.Equal(t, ran, p.blocks, "blocks of commands that were run, of those that are not marked")
			blocksRun.Add(int64(ran))
			pagesRun.Add(1)
		})
	}
}

// docPage is a page that is run.
type docPage struct {
	t      *testing.T
	owner  *scenario // whose builder is used
	name   string
	steps  []docStep
	blocks int // those whose commands are to be run

	*scenario // where there is something to run
	places    []place
}

// docStep is one thing that a reader of a page does.
type docStep struct {
	page.Command
	code  int    // how it ends
	file  string // no command, but a file that is written with what the block shows
	block int
}

// open makes the machine for a page, and the folder that its reader is in: a clone of a repository with an app.
func (p *docPage) open() {
	p.t.Helper()
	s := newScenario(p.t, p.owner.store)
	p.scenario = s.with("BUILDX_BUILDER="+p.owner.builder, "LOGIN=lab", "PASSWORD=lab")
	p.builder = p.owner.builder
	p.places = p.namesOnLab()
	for _, file := range []string{"Dockerfile", "app"} {
		text, err := os.ReadFile(filepath.Join("demo", file))
		assert.NilError(p.t, err)
		if p.name != "docs/guide/testing.md" { // that one asks the server; what ends is started, and not waited for
			text = bytes.Replace(text, []byte(`CMD ["app"]`), []byte(`CMD ["app", "--version"]`), 1)
		}
		assert.NilError(p.t, os.WriteFile(filepath.Join(s.dir, file), text, 0o600))
	}
	script := "git init -q . && git add . && git -c user.name=e2e -c user.email=e2e@example.com commit -qm app"
	long := p.with("GIT_AUTHOR_DATE=2026-01-31T12:00:00Z", "GIT_COMMITTER_DATE=2026-01-31T12:00:00Z")
	long.finish(long.command("bash", "-c", script)).succeeds(p.t)
	if !slices.Contains([]string{"README.md", "docs/guide/getting-started.md"}, p.name) { // they show it
		for _, folder := range []string{"buildx", "multiplat/machines"} { // what init has left
			from := os.DirFS(filepath.Join(p.owner.config, folder))
			assert.NilError(p.t, os.CopyFS(filepath.Join(s.config, folder), from))
		}
	}
}

// take sorts a block into those that are run, those that are files, and those that are only read.
func (p *docPage) take(block page.Block) {
	t := p.t
	t.Helper()
	where := p.name + ":" + strconv.Itoa(block.Line)
	reason, marked := block.Marks["not-run"]
	_, known := notRun()[reason]
	assert.Check(t, !marked || known, "%s is not run, for no reason that is known: %q", where, reason)
	switch file := block.Marks["file"]; {
	case marked:
		t.Logf("%s is not run: %s", where, reason)
	case file != "":
		written := docStep{file: file, block: block.Line}
		written.Line, written.Shown = block.Line, block.Lines
		p.steps = append(p.steps, written)
	case block.Language == "console":
		p.takeCommands(block)
	case block.Language == "":
		t.Errorf("%s: the block has no language", where)
	case slices.Contains([]string{"shell", "sh", "bash"}, block.Language):
		t.Errorf("%s: commands to be run are shown as console, behind \"$ \"", where)
	default:
		for _, line := range block.Lines {
			assert.Check(t, !strings.HasPrefix(line, "$ "), "%s: commands in a block of %s", where, block.Language)
		}
	}
}

// takeCommands takes the commands of a block; the mark exit=CODE is about the last of them.
func (p *docPage) takeCommands(block page.Block) {
	commands := block.Commands()
	assert.Assert(p.t, len(commands) > 0, "%s:%d: a console without a command", p.name, block.Line)
	for _, command := range commands {
		p.steps = append(p.steps, docStep{Command: command, block: block.Line})
	}
	if code, ok := block.Marks["exit"]; ok {
		number, err := strconv.Atoi(code)
		assert.NilError(p.t, err)
		p.steps[len(p.steps)-1].code = number
	}
	p.blocks++
}
