package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// NoSuchCommand refuses what is not a command; cobra would print the help and succeed.
func NoSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fix := "see: " + cmd.CommandPath() + " --help"
	if word := otherWord(args[0]); word != "" {
		fix = word
	} else if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		fix = fmt.Sprintf("did you mean: %s %s", cmd.CommandPath(), similar[0])
	}
	return failure.Usage("unknown command %q; %s", args[0], fix)
}

// exactArgs is cobra's, with an error that ends in exit code 2.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return failure.Usage(
			"%q takes %s, not %d; usage: %s",
			cmd.CommandPath(),
			view.Count(n, "argument"),
			len(args),
			cmd.UseLine(),
		)
	}
}

// rangeArgs is cobra's, with an error that ends in exit code 2.
func rangeArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return failure.Usage("%q takes %d or %s, not %d; usage: %s",
			cmd.CommandPath(), least, view.Count(most, "argument"), len(args), cmd.UseLine())
	}
}

// minimumArgs is cobra's, with an error that ends in exit code 2.
func minimumArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return failure.Usage("%q takes at least %s; usage: %s", cmd.CommandPath(), view.Count(n, "argument"), cmd.UseLine())
	}
}

// otherWord is what to type here in the place of a word of other tools; empty: it is not known.
func otherWord(word string) string {
	const merge = "docker multiplat merge -t NAME:TAG SOURCE..."
	return map[string]string{
		"manifest":   "to put images under one tag: " + merge,
		"create":     "to put images under one tag: " + merge,
		"annotate":   "to correct a platform: docker multiplat merge --set-platform PLATFORM=KEY=VALUE -t NAME:TAG SOURCE...",
		"push":       "to push what was built and tested: docker multiplat publish NAME:TAG",
		"install":    "to prepare this machine: docker multiplat init",
		"setup":      "to prepare this machine: docker multiplat init",
		"doctor":     "to see what this machine can do: docker multiplat status",
		"uninstall":  "to take away what init has made: docker multiplat deinit",
		"images":     "to list drafts: docker multiplat ls",
		"history":    "to see what a draft holds: docker multiplat inspect NAME:TAG",
		"info":       "to see what this machine can do: docker multiplat status",
		"imagetools": "to put images under one tag: " + merge + "; to look at one: docker multiplat inspect NAME:TAG",
		"lint":       "to look at a Dockerfile before it is built: docker multiplat check PATH",
		"release":    "to push what was built and tested: docker multiplat publish NAME:TAG",
		"retag":      "to give an image in a registry another tag: docker multiplat promote NAME:TAG TAG",
		"copy":       "to give an image in a registry another name: docker multiplat promote NAME:TAG NAME:TAG",
		"rmi":        "to remove a draft: docker multiplat rm NAME:TAG",
		"delete":     "to remove a draft: docker multiplat rm NAME:TAG",
		"remove":     "to remove a draft: docker multiplat rm NAME:TAG",
		"pull": "drafts are made here; docker multiplat test NAME:TAG tests what is published, docker pull --platform " +
			"PLATFORM NAME:TAG takes one image",
		"load": "to have the images in the engine: docker multiplat build --load -t NAME:TAG PATH",
		"use":  "to choose a builder: docker buildx use NAME; or for one command: --builder NAME",
		"sign": "sign by digest, before there is a tag: docker multiplat publish --by-digest NAME:TAG, then your signer, " +
			"then docker multiplat promote NAME@DIGEST TAG",
		"run":     "an image that was loaded is run by the engine: docker run --rm NAME:TAG--ARCH",
		"compose": "to build what a compose file names: docker multiplat bake -f compose.yaml",
	}[word]
}
