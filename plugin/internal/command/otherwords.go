package command

// otherWord is what to type here in the place of a word of other tools; empty: it is not known.
func otherWord(word string) string {
	const merge = "docker multiplat merge -t NAME:TAG SOURCE..."
	return map[string]string{
		"manifest": "to put images under one tag: " + merge,
		"create":   "to put images under one tag: " + merge,
		"annotate": "to correct a platform: docker multiplat merge --set-platform PLATFORM=KEY=VALUE -t NAME:TAG SOURCE...",
		"push":     "to push what was built and tested: docker multiplat publish NAME:TAG",
		"install":  "to prepare this machine: docker multiplat init",
		"setup":    "to prepare this machine: docker multiplat init",
		"doctor":   "to see what this machine can do: docker multiplat status",
		"images":   "to list drafts: docker multiplat ls",
		"load":     "to have the images in the engine: docker multiplat build --load -t NAME:TAG PATH",
		"sign": "sign by digest, before there is a tag: docker multiplat publish --by-digest NAME:TAG, then your signer, " +
			"then docker multiplat promote NAME@DIGEST TAG",
		"run": "an image that was loaded is run by the engine: docker run --rm NAME:TAG--ARCH",
		"bake": "bake files are not read here; docker buildx bake --print FILE shows what to give to docker multiplat " +
			"build",
		"compose": "compose files are not read here; docker compose config shows what to give to docker multiplat build",
	}[word]
}
