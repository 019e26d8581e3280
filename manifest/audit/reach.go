package audit

import (
	"fmt"
	"path"
	"strings"
)

// maxScripts is how many scripts Linux starts one through the other.
const maxScripts = 5

// reach is one way from ENTRYPOINT or CMD to a file.
type reach struct {
	// name is what is started, why how it is reached.
	name, why string
	// sure is false for what is perhaps not started, such as a word in a command of a shell: that it is not there
	// says nothing.
	sure bool
	// depth counts the scripts on the way.
	depth int
}

// judgeReach follows what is started when the image is run without arguments.
func (a *auditing) judgeReach() {
	for _, start := range starts(a.config.Config) {
		a.follow(start)
	}
}

// follow looks at a program, and at what is needed to start it.
func (a *auditing) follow(r reach) {
	name, f := a.lookUp(r)
	if f == nil {
		return
	}
	if strings.Contains(r.name, "/") && name != path.Clean(a.absolute(r.name)) {
		r.why += ", as " + r.name
	}
	what := ranked{Finding: Finding{Severity: Error, Path: name, What: f.describe(name), Why: r.why}, rank: ofReach}
	switch f.Kind {
	case elfFile:
		a.followProgram(what, f, r)
	case scriptFile:
		a.followScript(what, f, r)
	case macFile:
		a.found.foreign(what, f)
	default: // Windows programs, and what no kernel starts by itself; a handler of the machine may know it
		if r.sure {
			what.Severity = Note
			a.found.file(what, f)
		}
	}
}

// lookUp finds what is started, and says what is wrong when it cannot be.
func (a *auditing) lookUp(r reach) (string, *file) {
	name, n, searched := a.program(r.name)
	problem := ""
	switch {
	case n == nil && searched != "":
		problem = "it is not in " + searched
	case n == nil:
		problem = "it is not there"
		if strings.HasSuffix(r.name, "\r") {
			problem += ": the script has the line ends of Windows"
		}
	case n.isFolder():
		problem = "it is a folder"
	case !n.Exec && n.Kind != special:
		problem = fmt.Sprintf("it is not executable (%s without x bit)", a.kindOf(name, n.file))
	default:
		return name, n.file
	}
	if !r.sure {
		return "", nil
	}
	severity := Error
	if a.mayBeMounted(r.name) {
		severity = Note
	}
	if n != nil && n.file != nil {
		found := ranked{Finding: Finding{Severity: severity, Path: name, What: problem, Why: r.why}, rank: ofReach}
		a.found.file(found, n.file)
		return "", nil
	}
	a.found.image(severity, a.absolute(r.name), problem, r.why)
	return "", nil
}

// kindOf is what a file without x bit is. What it begins with is not known where it was not read.
func (a *auditing) kindOf(name string, f *file) string {
	if a.looked && f.Kind == plainFile {
		return "file"
	}
	return f.describe(name)
}

// followProgram looks at an ELF file and its interpreter.
func (a *auditing) followProgram(what ranked, f *file, r reach) {
	switch fits := a.target.judge(f.ELF); {
	case fits != native:
		what.Why += ", and not for " + a.platformName()
		a.found.foreign(what, f)
		return
	case !f.ELF.program():
		what.Why += ", and cannot be executed"
		a.found.file(what, f)
		return
	case f.ELF.Interp == "":
		return
	}
	name, n := a.tree.find(f.ELF.Interp)
	if n == nil || n.file == nil {
		what.Why += ", and its interpreter " + f.ELF.Interp + " is not there"
		if !r.sure {
			what.Severity = Note
		}
		a.found.file(what, f)
		return
	}
	if n.Kind == elfFile && a.target.judge(n.ELF) != native {
		a.found.foreign(ranked{Finding: Finding{
			Severity: Error, Path: name, What: n.describe(name),
			Why: "it is the interpreter of " + what.Path + ", and not for " + a.platformName(),
		}, rank: ofReach}, n.file)
	}
}

// followScript goes on to the interpreter of a script, and through env to the program it is to find.
func (a *auditing) followScript(what ranked, f *file, r reach) {
	interpreter, argument := splitShebang(f.Target)
	if interpreter == "" || r.depth >= maxScripts {
		what.Why += ", and its first line names no interpreter that can be started"
		a.found.file(what, f)
		return
	}
	why := "it is the interpreter of " + what.Path
	next := reach{name: interpreter, why: why, sure: r.sure, depth: r.depth + 1}
	a.follow(next)
	if path.Base(interpreter) != "env" {
		return
	}
	if next.name = envProgram(argument); next.name != "" {
		a.follow(next)
	}
}

// program finds a program as the engine's runtime does: a name without a slash in PATH, where it has to be executable.
// searched is the PATH, if it was.
func (a *auditing) program(name string) (found string, n *node, searched string) {
	if strings.Contains(name, "/") {
		found, n = a.tree.find(a.absolute(name))
		return found, n, ""
	}
	searched = a.variable("PATH", defaultPath)
	for dir := range strings.SplitSeq(searched, ":") {
		if !a.tree.budget.ok() {
			break
		}
		if dir == "" {
			dir = "."
		}
		found, n = a.tree.find(a.absolute(dir + "/" + name))
		if n != nil && n.file != nil && n.Exec {
			return found, n, ""
		}
	}
	return "", nil, "PATH=" + searched
}

// absolute is a path as a process started in the image's working directory sees it. A bare name stays as it is.
func (a *auditing) absolute(name string) string {
	if !strings.Contains(name, "/") || strings.HasPrefix(name, "/") {
		return name
	}
	return path.Join("/", a.config.Config.WorkingDir, name)
}

// defaultPath is the PATH engines set where the image has none.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (a *auditing) variable(name, otherwise string) string {
	for _, assignment := range a.config.Config.Env {
		if value, ok := strings.CutPrefix(assignment, name+"="); ok {
			return value
		}
	}
	return otherwise
}

// mayBeMounted tells a path that is filled when a container starts: a declared volume, or a file system of the kernel.
func (a *auditing) mayBeMounted(name string) bool {
	full := path.Clean(a.absolute(name))
	for _, dir := range []string{"/proc", "/sys", "/dev"} {
		if strings.HasPrefix(full, dir+"/") {
			return true
		}
	}
	for volume := range a.config.Config.Volumes {
		if strings.HasPrefix(full, strings.TrimSuffix(path.Clean("/"+volume), "/")+"/") {
			return true
		}
	}
	return false
}
