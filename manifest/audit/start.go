package audit

import (
	"path"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// starts are the programs that a container started without arguments begins with: the one the engine starts, and those
// that one is told to start.
func starts(config ocispec.ImageConfig) []reach {
	entrypoint := config.Entrypoint
	if len(entrypoint) == 1 && entrypoint[0] == "" {
		entrypoint = nil // how an ENTRYPOINT of a base image is taken back
	}
	why := "it is the entrypoint"
	argv := slices.Concat(entrypoint, config.Cmd)
	if len(entrypoint) == 0 {
		why = "it is the command"
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil
	}
	out := []reach{{name: argv[0], why: why, sure: true}}
	if word := shellProgram(argv); word != "" {
		out = append(out, reach{name: word, why: "the shell starts it"})
	}
	if path.Base(argv[0]) == "env" {
		if word := envProgram(strings.Join(argv[1:], " ")); word != "" {
			out = append(out, reach{name: word, why: "env starts it"})
		}
	}
	if len(entrypoint) > 0 && len(config.Cmd) > 0 && config.Cmd[0] != "" {
		out = append(out, reach{name: config.Cmd[0], why: "it is the command"})
		if word := shellProgram(config.Cmd); word != "" {
			out = append(out, reach{name: word, why: "the shell starts it"})
		}
	}
	return out
}

// shellProgram is the first program of `sh -c TEXT`, the shell form; empty where that is not plain to see.
func shellProgram(argv []string) string {
	switch path.Base(argv[0]) {
	case "sh", "ash", "bash", "dash", "zsh", "ksh":
	default:
		return ""
	}
	for i, word := range argv[1:] {
		if strings.HasPrefix(word, "-") && strings.HasSuffix(word, "c") && i+2 < len(argv) {
			return firstProgram(argv[i+2])
		}
	}
	return ""
}

// firstProgram is the first word of a shell command that can be a program, after exec and assignments.
func firstProgram(text string) string {
	for _, word := range strings.Fields(text) {
		switch {
		case word == "exec":
		case strings.ContainsAny(word, "$`\"'\\;&|<>(){}*?[]~#!"):
			return ""
		case strings.Contains(word, "="):
		default:
			return word
		}
	}
	return ""
}

// splitShebang splits the first line of a script as Linux does: an interpreter, and the rest as one argument.
func splitShebang(line string) (interpreter, argument string) {
	at := strings.IndexAny(line, " \t")
	if at < 0 {
		return line, ""
	}
	return line[:at], strings.Trim(line[at:], " \t")
}

// envProgram is the program that `env ARGUMENT` starts: after -S and other options, and assignments. Empty where env
// itself would have to be asked.
func envProgram(argument string) string {
	for _, word := range strings.Fields(strings.TrimRight(argument, "\r")) {
		switch {
		case word == "-S" || word == "-i" || word == "-" || word == "--" || word == "--ignore-environment":
		case strings.HasPrefix(word, "-S"):
			return strings.TrimPrefix(word, "-S")
		case strings.HasPrefix(word, "-") || strings.ContainsAny(word, "$`\"'\\"):
			return ""
		case strings.Contains(word, "="):
		default:
			return word
		}
	}
	return ""
}
