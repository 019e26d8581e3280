package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// runtime is a language runtime that is known to crash or hang under QEMU.
type runtime struct {
	name     string
	programs []string
	// images are names of images, or their ends.
	images []string
	// on tells the platforms on which it does.
	on func(ocispec.Platform) bool
	// says is what is known, seen the public reports of it.
	says, seen string
	// portable tells whether what is taken of a stage is the same on every platform, so that it can be run on the build
	// platform; nil: it never is.
	portable func(p *pass, s *dockerfile.Stage) bool
	// unless is a word that, in the environment, keeps it from happening.
	unless string
}

// runtimes are those with public reports.
func runtimes() []runtime {
	every := func(ocispec.Platform) bool { return true }
	return []runtime{
		{
			name: ".NET", programs: []string{"dotnet"}, images: []string{"dotnet/sdk"}, on: every,
			says: "its makers do not support it under QEMU, where it ends in segmentation faults", seen: "dotnet/runtime#95120",
			portable: func(p *pass, s *dockerfile.Stage) bool { return len(p.copies(s)) > 0 },
		},
		{
			name: "Erlang", programs: []string{"erl", "mix", "elixir", "rebar3", "iex", "erlc"},
			images: []string{"erlang", "elixir"}, on: every, unless: "+JMsingle",
			says: "since OTP 25 its compiler at run time ends in segmentation faults under QEMU", seen: "erlang/otp#10355",
		},
		{
			name: "Node.js", programs: []string{"npm", "npx", "yarn", "pnpm", "node", "corepack"},
			images: []string{"node"},
			on:     func(p ocispec.Platform) bool { return p.Architecture == "arm" || p.Architecture == "s390x" },
			says:   "since version 20 npm and yarn hang on it under QEMU", seen: "nodejs/docker-node#1946",
			portable: func(p *pass, s *dockerfile.Stage) bool { return onlyScripts(p, s, nil, nil) },
		},
	}
}

// emulatedRuntime finds what an emulator is known not to run.
func emulatedRuntime() rule {
	r := Rule{"EmulatedRuntime", Warning, "A language runtime runs under an emulator that is known to crash with it"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			if p.Emulated == nil || !p.Emulated(s.Platform) {
				continue
			}
			for _, known := range runtimes() {
				if known.on(s.Platform) {
					p.emulatedRuntime(s, known)
				}
			}
		}
	}}
}

// emulatedRuntime reports the first time that a stage runs a runtime.
func (p *pass) emulatedRuntime(s *dockerfile.Stage, known runtime) {
	based, done := known.isBase(s.Root().FromImage), false
	p.scripts(s, func(c *instructions.RunCommand, script *script, seen *variables) {
		if done || known.spared(seen, script) || !script.runs(known.programs) && (!based || !script.runsScripts()) {
			return
		}
		done = true
		p.atCommand(
			s,
			c,
			"",
			p.runElsewhere(s, known),
		)
	})
}

// runElsewhere says what to do about a runtime. What is built into the image, or is of the machine it was made on, is
// not to be made on the build platform.
func (p *pass) runElsewhere(s *dockerfile.Stage, known runtime) said {
	cause := fmt.Sprintf("%s runs under an emulator in %s: %s (%s)", known.name, stageWord(s), known.says, known.seen)
	cure := "build this platform on a machine of its own"
	var lines []string
	if p.Elsewhere != nil {
		lines = []string{p.Elsewhere(p.Platform)}
	}
	if s != p.Target && known.portable != nil && known.portable(p, s) {
		cure = "run it on the build platform, or " + cure
		lines = append([]string{"FROM --platform=$BUILDPLATFORM " + s.Root().BaseName + as(s.Root())}, lines...)
	}
	return say(cause, cure, lines...)
}

// isBase tells whether an image has the runtime.
func (r runtime) isBase(image string) bool {
	named, err := reference.ParseNormalizedNamed(image)
	if image == "" || err != nil {
		return false
	}
	path := reference.Path(named)
	return slices.ContainsFunc(r.images, func(end string) bool { return path == end || strings.HasSuffix(path, "/"+end) })
}

// spared tells whether what keeps it from crashing was set.
func (r runtime) spared(seen *variables, s *script) bool {
	if r.unless == "" {
		return false
	}
	for value := range seen.constants() {
		if strings.Contains(value, r.unless) {
			return true
		}
	}
	return strings.Contains(s.text, r.unless)
}

// runsScripts tells whether a script of the context is called, or make, which on such a base call its runtime.
func (s *script) runsScripts() bool {
	return slices.ContainsFunc(s.calls, func(c call) bool {
		return c.name() == "make" || len(c.words) > 0 && strings.HasPrefix(c.words[0], "./")
	})
}

// runs tells whether one of these programs is called.
func (s *script) runs(programs []string) bool {
	return slices.ContainsFunc(s.calls, func(c call) bool { return slices.Contains(programs, c.name()) })
}
