package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// compiler is one that can compile for other platforms than its own.
type compiler struct {
	name string
	// calls tells whether a command compiles.
	calls func(call) bool
	// crosses tells whether this use of it can be done on the build platform; nil: always.
	crosses func(p *pass, s *dockerfile.Stage, seen *variables, script *script) bool
	// severity is how much it matters.
	severity Severity
	// lines are what to write, after FROM.
	lines []string
}

// compilers are those known.
func compilers() []compiler {
	verb := func(name string, verbs ...string) func(call) bool {
		return func(c call) bool { return c.name() == name && slices.Contains(verbs, c.verb()) }
	}
	return []compiler{
		{
			name: "Go", severity: Warning, calls: verb("go", "build", "install"),
			crosses: func(_ *pass, _ *dockerfile.Stage, seen *variables, script *script) bool {
				return !usesCgo(seen, script)
			},
			lines: []string{"ARG TARGETOS TARGETARCH", "RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build …"},
		},
		{
			name: "Go", severity: Note, calls: isMake,
			crosses: func(p *pass, s *dockerfile.Stage, seen *variables, script *script) bool {
				return isGo(s) && len(p.copies(s)) > 0 && !usesCgo(seen, script)
			},
			lines: []string{"ARG TARGETOS TARGETARCH", "RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make …"},
		},
		{
			name: "Rust", severity: Warning, calls: verb("cargo", "build", "install", "chef", "zigbuild", "auditable"),
			lines: []string{"COPY --from=tonistiigi/xx / /", "ARG TARGETPLATFORM", "RUN xx-cargo build --release …"},
		},
		{
			name: ".NET", severity: Warning, calls: verb("dotnet", "publish", "build", "restore"),
			lines: []string{"ARG TARGETARCH", "RUN dotnet publish -a $TARGETARCH …"},
		},
		{
			name: "JavaScript", severity: Warning, calls: buildsScripts, crosses: onlyScripts,
			lines: []string{"RUN npm ci && npm run build"},
		},
		{
			name:     "C",
			severity: Note,
			calls: func(c call) bool {
				return isMake(c) || slices.Contains([]string{
					"cmake", "ninja", "meson", "gcc", "g++", "cc", "c++", "clang", "clang++",
				}, c.name())
			},
			crosses: func(p *pass, s *dockerfile.Stage, _ *variables, script *script) bool {
				return len(p.copies(s)) > 0 && (!isGo(s) || !slices.ContainsFunc(script.calls, isMake))
			},
			lines: []string{
				"COPY --from=tonistiigi/xx / /",
				"ARG TARGETPLATFORM",
				"RUN xx-apk add gcc musl-dev && xx-clang …",
			},
		},
	}
}

// emulatedCompiler finds compilers that run under an emulator although they need not.
func emulatedCompiler() rule {
	r := Rule{"EmulatedCompiler", Warning, "A compiler runs under an emulator although it can cross-compile"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			if p.Emulated == nil || !p.Emulated(s.Platform) || s.Root().Stage.Platform != "" && p.differs(s) {
				continue
			}
			for _, known := range compilers() {
				p.compiles(s, known)
			}
		}
	}}
}

// compiles reports the first time that a stage compiles.
func (p *pass) compiles(s *dockerfile.Stage, known compiler) {
	done, scoped := false, *p
	scoped.rule.Severity = known.severity
	p.scripts(s, func(c *instructions.RunCommand, script *script, seen *variables) {
		if done || !slices.ContainsFunc(script.calls, known.calls) {
			return
		}
		if known.crosses != nil && !known.crosses(p, s, seen, script) {
			return
		}
		done = true
		root := s.Root()
		from := "FROM --platform=$BUILDPLATFORM " + root.BaseName + as(root)
		cure := "compile on the build platform for the target"
		if s == p.Target {
			cure = "compile in a stage of its own on the build platform, for the target, and copy the result"
			from = "FROM --platform=$BUILDPLATFORM " + root.BaseName + " AS build"
		}
		scoped.atCommand(s, c, "", say(fmt.Sprintf("%s is compiled under an emulator in %s, which takes many times as long",
			known.name, stageWord(s)), cure, append([]string{from}, known.lines...)...))
	})
}

// isMake tells a program that runs whatever compiler a project has.
func isMake(c call) bool { return c.name() == "make" }

// isGo tells a stage whose image is there to compile Go: that is what make does there.
func isGo(s *dockerfile.Stage) bool {
	return runtime{images: []string{"golang"}}.isBase(s.Root().FromImage)
}

// usesCgo tells whether Go needs a C compiler, too.
func usesCgo(seen *variables, s *script) bool {
	if value, ok := seen.constant("CGO_ENABLED"); ok && value == "1" {
		return true
	}
	return slices.Contains(s.sets["CGO_ENABLED"], "1")
}

// buildsScripts tells the build of a front end.
func buildsScripts(c call) bool {
	switch c.name() {
	case "npm", "pnpm":
		return c.verb() == "run" &&
			slices.ContainsFunc(c.args(), func(arg string) bool { return strings.HasPrefix(arg, "build") }) ||
			c.name() == "pnpm" && c.verb() == "build"
	case "yarn":
		return slices.ContainsFunc(c.args(), func(arg string) bool { return strings.HasPrefix(arg, "build") })
	}
	return false
}

// onlyScripts tells whether nothing but built pages is taken from a stage: no node_modules, which may hold programs.
func onlyScripts(p *pass, s *dockerfile.Stage, _ *variables, _ *script) bool {
	paths := p.copies(s)
	for _, from := range paths {
		if !ofPages(from) && !slices.Contains([]string{"build", "out"}, path.Base(path.Clean(from))) {
			return false
		}
	}
	return len(paths) > 0
}

// onlyPages tells whether there are paths, and all of them are folders of built pages by their names.
func onlyPages(paths []string) bool {
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(from string) bool { return !ofPages(from) })
}

// ofPages tells a folder that has built pages in it by its name.
func ofPages(folder string) bool {
	return slices.Contains([]string{
		"dist", "public", "static", "www", "_site", "html", "browser", "web", "webui", "web-ui", "web-vault", "assets",
	}, path.Base(path.Clean(folder)))
}

// copies are the paths that other stages copy from one.
func (p *pass) copies(s *dockerfile.Stage) []string {
	var out []string
	for _, other := range p.needed() {
		for _, c := range other.Commands {
			if copied, ok := c.(*instructions.CopyCommand); ok && p.isStage(copied.From, s) {
				out = append(out, copied.SourcePaths...)
			}
		}
	}
	return out
}

// isStage tells whether a name or number is that of a stage.
func (p *pass) isStage(name string, s *dockerfile.Stage) bool {
	return name != "" && (strings.EqualFold(name, s.Name) || name == fmt.Sprint(s.Index))
}
