package audit

import (
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// maxHistory is how much of an instruction is shown, in characters.
const maxHistory = 100

// historyOf returns the instruction behind every layer, as people wrote it; empty where the config does not say.
func historyOf(config ocispec.Image, layers int) []string {
	lines := make([]string, layers)
	at := 0
	for _, h := range config.History {
		if h.EmptyLayer {
			continue
		}
		if at >= layers {
			return make([]string, layers) // it is of other layers
		}
		lines[at] = instruction(h.CreatedBy)
		at++
	}
	if at != layers {
		return make([]string, layers)
	}
	return lines
}

// instruction cleans what builders write around an instruction.
func instruction(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	line = strings.TrimSuffix(line, " # buildkit")
	if rest, ok := strings.CutPrefix(line, "/bin/sh -c #(nop) "); ok {
		line = strings.TrimSpace(rest)
	}
	if text := []rune(line); len(text) > maxHistory {
		line = string(text[:maxHistory]) + "…"
	}
	return line
}
