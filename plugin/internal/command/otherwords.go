package command

import (
	"fmt"
	"maps"
	"slices"
)

// otherWord is what to type here in the place of a word of other tools; empty: it is not known.
func otherWord(word string) string { return otherWords()[word] }

// nearWord is otherWord for a word that was mistyped.
func nearWord(word string) string {
	words := otherWords()
	known := nearest(word, slices.Collect(maps.Keys(words)))
	if known == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q? %s", known, words[known])
}

// otherWords are the words of other tools, and what does here what they do there.
func otherWords() map[string]string {
	const (
		drafts = "to list drafts: docker multiplat ls"
		copied = "to give an image in a registry another name: docker multiplat promote NAME:TAG NAME:TAG"
		tidy   = "to remove what nobody needs: docker multiplat prune"
		merge  = "docker multiplat merge -t NAME:TAG SOURCE..."
		update = "docker multiplat version says how to update"
	)
	return map[string]string{
		"manifest":   "to put images under one tag: " + merge,
		"create":     "to put images under one tag: " + merge,
		"annotate":   "to correct a platform: docker multiplat merge --set-platform PLATFORM=KEY=VALUE -t NAME:TAG SOURCE...",
		"push":       "to push what was built and tested: docker multiplat publish NAME:TAG",
		"install":    "to prepare this machine: docker multiplat init",
		"setup":      "to prepare this machine: docker multiplat init",
		"doctor":     "to see what this machine can do: docker multiplat status",
		"uninstall":  "to take away what init has made: docker multiplat deinit",
		"images":     drafts,
		"ps":         drafts,
		"clean":      tidy,
		"cleanup":    tidy,
		"gc":         tidy,
		"history":    "to see what a draft holds: docker multiplat inspect NAME:TAG",
		"info":       "to see what this machine can do: docker multiplat status",
		"imagetools": "to put images under one tag: " + merge + "; to look at one: docker multiplat inspect NAME:TAG",
		"lint":       "to look at a Dockerfile before it is built: docker multiplat check PATH",
		"release":    "to push what was built and tested: docker multiplat publish NAME:TAG",
		"retag":      "to give an image in a registry another tag: docker multiplat promote NAME:TAG TAG",
		"copy":       copied,
		"cp":         copied,
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
		"up":      "to build what a compose file names: docker multiplat bake -f compose.yaml",
		"image":   "to list drafts: docker multiplat ls; those that were loaded: docker image ls",
		"login":   "logins are those of the Docker CLI: docker login REGISTRY",
		"logout":  "logins are those of the Docker CLI: docker logout REGISTRY",
		"update":  update,
		"upgrade": update,
		"sbom":    "to have one made: docker multiplat build --sbom=true -t NAME:TAG PATH",
		"attest":  "to have it attested: docker multiplat build --provenance=mode=max --sbom=true -t NAME:TAG PATH",
		"scan": "to look at a Dockerfile: docker multiplat check PATH; for programs of another platform: " +
			"docker multiplat verify --deep NAME:TAG",
		"binfmt":  "to install emulators: docker multiplat init --platform all",
		"emulate": "to install emulators: docker multiplat init --platform all",
		"builder": "to see the builder: docker multiplat status; to make it: docker multiplat init",
	}
}
