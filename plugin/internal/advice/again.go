package advice

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// maxKept is how long a command may be that is kept.
const maxKept = 2048

// buildArg is the flag of which the names alone are kept: its values may be secrets, and docker takes them from the
// environment where it is given a name.
const buildArg = "build-arg"

// keptFlags are those of build that its images depend on and that hold no secret. Those of tests are kept apart.
func keptFlags() []string {
	return []string{
		buildArg, "file", "target", "label", "annotation", "build-context", "secret", "ssh", "network", "add-host", "allow",
		"no-cache-filter", "provenance", "sbom", "attest", "resource", "policy", "shm-size", "ulimit", "builder", "stage",
	}
}

// KeptOfBuild is what is kept of a build, so that it can be run again; nil where it is too long.
func (c Line) KeptOfBuild() *draft.Command {
	folder, err := os.Getwd()
	if err != nil {
		return nil
	}
	kept := draft.Command{Folder: folder}
	size := 0
	for _, f := range c.flags {
		if !slices.Contains(keptFlags(), f.name) {
			continue
		}
		text := f.text
		if f.name == buildArg {
			flag, value, _ := strings.Cut(text, " ")
			name, _, _ := strings.Cut(strings.TrimPrefix(value, "'"), "=")
			text = flag + " " + quote(name)
		}
		size += len(text)
		kept.Flags = append(kept.Flags, text)
	}
	for _, arg := range c.Args {
		arg = request.Place(arg) // without a password
		size += len(arg)
		kept.Args = append(kept.Args, arg)
	}
	if size > maxKept {
		return nil
	}
	return &kept
}

// KeptOfBake is what is kept of a bake for the draft of one target; nil where it is too long. Variables may hold
// secrets, as arguments may: of those that were given the names alone are kept, and arguments that were set are not.
func (c Line) KeptOfBake(remote bool, target string) *draft.Command {
	folder, err := os.Getwd()
	if err != nil {
		return nil
	}
	kept := draft.Command{Verb: "bake", Folder: folder}
	for _, f := range c.flags {
		switch {
		case f.name == "var":
			_, value, _ := strings.Cut(f.text, " ")
			name, _, _ := strings.Cut(strings.TrimPrefix(value, "'"), "=")
			kept.Variables = append(kept.Variables, name)
		case f.name == "set" && (strings.Contains(f.text, ".args.") || strings.Contains(f.text, ".secret")):
		case slices.Contains([]string{"file", "set", "allow", "builder", "provenance", "sbom", "policy", "stage"}, f.name):
			kept.Flags = append(kept.Flags, f.text)
		}
	}
	if remote {
		kept.Args = append(kept.Args, c.Args[0])
	}
	kept.Args = append(kept.Args, target)
	if len(strings.Join(slices.Concat(kept.Flags, kept.Args, kept.Variables), " ")) > maxKept {
		return nil
	}
	return &kept
}

// again is the build that was kept, with other flags before those that it had.
func again(kept *draft.Command, flags, name string) string {
	if kept == nil || len(kept.Args) == 0 {
		return Command("build") + " " + flags + " -t " + quote(name) + " ."
	}
	words := append([]string{Command(cmp.Or(kept.Verb, "build")), flags}, kept.Flags...)
	if kept.Verb == "" {
		words = append(words, "-t "+quote(name))
	}
	for _, arg := range kept.Args {
		words = append(words, quote(arg))
	}
	text := strings.Join(words, " ")
	if here, err := os.Getwd(); err != nil || here != kept.Folder {
		text = "cd " + quote(kept.Folder) + " && " + text
	}
	var unset []string
	for _, flag := range kept.Flags {
		if arg, is := strings.CutPrefix(flag, "--"+buildArg+" "); is && os.Getenv(arg) == "" {
			unset = append(unset, arg)
		}
	}
	for _, name := range kept.Variables {
		if os.Getenv(name) == "" {
			unset = append(unset, name)
		}
	}
	if len(unset) > 0 {
		text += "   (with " + strings.Join(unset, ", ") + " in the environment)"
	}
	return text
}
