package option

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/testfile"
)

func (o *TestRun) parseCommands(spec *localtest.Spec) error {
	for _, list := range []struct {
		flag  string
		texts []string
		to    *[]localtest.Command
	}{{"test-exec", o.Execs, &spec.Execs}, {"test-script", o.Scripts, &spec.Scripts}} {
		for _, text := range list.texts {
			c, err := localtest.ParseCommand(text)
			if err != nil {
				return failure.Usage("--%s: %w", list.flag, err)
			}
			*list.to = append(*list.to, c)
		}
	}
	for _, script := range spec.Scripts {
		if _, err := exec.LookPath(script.Args[0]); err != nil && !errors.Is(err, exec.ErrDot) {
			return failure.Usage("--test-script %q: there is no program %q on this machine; give its path, or have a shell "+
				"run it", script.Text, script.Args[0])
		}
	}
	return nil
}

func (o *TestRun) loadDialogues(spec *localtest.Spec) error {
	for _, text := range o.Stdins {
		d, err := testfile.ParseDialogue(text)
		if err != nil {
			return failure.Usage("--test-stdin %q: %w", text, err)
		}
		loaded, _, err := d.Load()
		if err != nil {
			return failure.Usage("--test-stdin %q: %w", text, err)
		}
		spec.Dialogues = append(spec.Dialogues, loaded)
	}
	return nil
}

// largestStack is the largest compose file that is read.
const largestStack = 1 << 20

func (o *TestRun) loadStacks(spec *localtest.Spec) error {
	for _, text := range o.Composes {
		s, err := localtest.ParseStack(text)
		if err != nil {
			return failure.Usage("--test-compose: %w", err)
		}
		body, err := localfile.Read(s.File, largestStack)
		if err != nil {
			return failure.Usage("--test-compose %q: %w", text, err)
		}
		s.Digest = digest.FromBytes(body).String()
		spec.Stacks = append(spec.Stacks, s)
	}
	return nil
}

func (o *TestRun) loadFiles(spec *localtest.Spec) error {
	for _, path := range o.Files {
		file, err := structure.Load(path)
		if err != nil {
			return failure.Usage("--test-config %q: %w", path, err)
		}
		spec.Files = append(spec.Files, file)
	}
	return nil
}

// checkReports refuses reports that could not be written in the end.
func (o *TestRun) checkReports() error {
	files := map[string]string{}
	for _, path := range o.Reports {
		if err := report.Check(path); err != nil {
			return failure.Usage("--report: %w", err)
		}
		file := report.Path(path)
		if whole, err := filepath.Abs(file); err == nil {
			file = whole
		}
		if before, twice := files[file]; twice {
			return failure.Usage("--report %q and %q are one file; give each its own", before, path)
		}
		files[file] = path
		if info, err := os.Stat(report.Path(path)); err == nil && info.IsDir() {
			return failure.Usage("--report %q is a folder; name a file in it", path)
		}
		folder := filepath.Dir(report.Path(path))
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return failure.Usage("there is no folder %q for --report %q; make it first", folder, path)
		}
	}
	return nil
}
