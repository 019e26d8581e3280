package bake

// Key is a key of a target of a bake definition, and what becomes of it here.
type Key struct {
	Name, Fate string
}

// Keys are all keys that a target has.
func Keys() []Key {
	const flag = "as `docker multiplat build` takes it: "
	return []Key{
		{
			"annotations",
			flag + "`--annotation`; those of the index and of its entries are put there when it is published",
		},
		{"args", flag + "`--build-arg`; one that is null is left out"},
		{"attest", flag + "`--attest`; `--sbom` and `--provenance` stand for it on every target"},
		{"cache-from", flag + "`--cache-from`; the places of all platforms are read"},
		{"cache-to", flag + "`--cache-to`; each platform has a place of its own"},
		{"call", "the Dockerfile is asked, and nothing is built: `--call` and `--check` stand for it on every target"},
		{"context", "the build context; standard input is refused, as docker buildx bake refuses it"},
		{"contexts", "further build contexts; `target:NAME` is what is built of NAME for the same platform, or for the " +
			"only platform that NAME has"},
		{"description", "shown by `--list`, and above an answer to `--call`"},
		{"dockerfile", flag + "`--file`; standard input is refused, as docker buildx bake refuses it"},
		{"dockerfile-inline", "the Dockerfile; it goes before `dockerfile`"},
		{"entitlements", flag + "`--allow`; each has to be granted by `--allow`, or at the terminal"},
		{"extra-hosts", flag + "`--add-host`"},
		{"inherits", "resolved by docker buildx bake's own code, as are groups, matrix, variables and functions"},
		{"labels", flag + "`--label`; one that is null is left out"},
		{"network", flag + "`--network`"},
		{"no-cache", flag + "`--no-cache`"},
		{"no-cache-filter", flag + "`--no-cache-filter`"},
		{"output", "an image (`type=image`, `registry`, or `docker` without `dest`) is what is built in any case; whether " +
			"it is pushed or loaded is said by `--push` and `--load`. `compression`, `compression-level`, " +
			"`force-compression` and `rewrite-timestamp` are taken over. `type=cacheonly` is built, and nothing of it is " +
			"kept. All else is refused"},
		{"platforms", "the platforms; none: those that `docker multiplat init` has proven or nodes were given, and of a " +
			"target that only " +
			"others take those of the others (docker buildx bake builds it for the builder's own platform alone, and " +
			"gives that to all). `--platform` is for every target"},
		{"policy", flag + "`--policy`"},
		{"pull", flag + "`--pull`"},
		{"resources", flag + "`--resource`"},
		{"secret", flag + "`--secret`"},
		{"shm-size", flag + "`--shm-size`"},
		{"ssh", flag + "`--ssh`"},
		{"tags", "the drafts; a target without one is built and tested, and becomes no draft"},
		{"target", flag + "`--target`"},
		{"ulimits", flag + "`--ulimit`"},
	}
}
