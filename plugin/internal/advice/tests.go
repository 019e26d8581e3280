package advice

import (
	"slices"
	"strings"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// TestAdvice is what tests that fail tell the user to type.
func TestAdvice() localtest.Advice {
	return localtest.Advice{
		Emulator: "install its emulator with: docker multiplat init",
		Smoke: "if it should, build it anew, after docker multiplat rm, with what to try instead: --test 'COMMAND', or " +
			"--test '--OPTION' for its own entrypoint; a program that answers on standard input is tried by --test-stdin " +
			"FILE=REGEXP",
		Health: "wait longer with --test-timeout, which is added to what is waited of a start period",
	}
}

// flagParity asks for one app on all platforms.
const flagParity = "--require-parity"

// Flags are flags as a shell takes them, each followed by a space but the last; equal ones are said once.
func Flags(words []string) string {
	var texts []string
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		text := name + " " + quote(value)
		switch {
		case word == flagParity+"=true": // it takes no value behind a space
			text = flagParity
		case value == "" || strings.HasPrefix(value, "-"):
			text = name + "=" + quote(value)
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, " ")
}

// Longer are the words of tests with twice the time.
func Longer(words []string) []string {
	const flag, most = "--test-timeout=", 24 * time.Hour
	limit := localtest.DefaultTimeout
	var others []string
	for _, word := range words {
		text, is := strings.CutPrefix(word, flag)
		if given, err := time.ParseDuration(text); is && err == nil {
			limit = max(given, time.Second)
			continue
		}
		others = append(others, word)
	}
	return append(others, flag+min(2*limit, most).String()) //nolint:mnd // twice is twice
}

// TestAgain is the command that puts a draft to tests again.
func TestAgain(name string, words []string) string {
	return strings.Join(slices.DeleteFunc([]string{Command("test"), Flags(words), quote(name)}, func(word string) bool {
		return word == ""
	}), " ")
}
