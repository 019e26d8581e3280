package completion

import (
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
)

// flagOffers are what flags may be, by their name, or by the name of a command and their own where that is another
// thing there.
func flagOffers() map[string]offerer {
	sources := openWords(
		"type=registry,ref=",
		"type=local,src=",
		"type=gha,scope=",
		"type=s3,bucket=",
		"type=azblob,name=",
	)
	sinks := openWords(
		"type=registry,ref=", "type=local,dest=", "type=gha,scope=", "type=s3,bucket=", "type=azblob,name=", "type=inline")
	entries := keyed(platforms, openWords("os=", "arch=", "variant=", "os-version=", "os-features="))
	return merged(merged(wordOffers(), amountOffers()), map[string]offerer{
		"platform":        listed(ofDraft(platforms)),
		"init platform":   listed(everyOr(platforms)),
		"status platform": listed(everyOr(platforms)),
		"allow-untested":  listed(everyOr(ofDraft(platforms))),
		"test-skip":       keyed(platforms, nothing),
		"test-on":         keyed(platforms, stations),
		"set-platform":    entries,
		"annotate":        entries,
		"node":            keyed(platforms, engines),
		"remove-node":     nothing,

		"builder":           builders,
		"tag":               draftNames,
		"amend":             publishedFirst,
		"insecure-registry": listed(registries),

		"target":          stages,
		"no-cache-filter": listed(stages),
		"build-arg":       buildArguments,
		"build-context":   keyed(bases, openWords("docker-image://", "oci-layout://", "https://", "./", "target:")),
		"cache-from":      sources,
		"cache-to":        sinks,
		"test-env":        environment,

		"file":             files(),
		"iidfile":          files(),
		"metadata-file":    files("json"),
		"from":             files("json"),
		"report":           files("xml", "json", "md", "html"),
		"test-config":      files("yaml", "yml", "json"),
		"test-compose":     files("yaml", "yml"),
		"test-file":        testFile,
		"test-script":      files(),
		"test-stdin":       files(),
		"buildkitd-config": files("toml"),
		"set":              overrides,
		"var":              variables,
		"bake file":        files("hcl", "json", "yaml", "yml"),
		"publish file":     files("hcl", "json", "yaml", "yml"),
	})
}

// wordOffers are flags that take certain words.
func wordOffers() map[string]offerer {
	truth := words("true", "false")
	return map[string]offerer{
		"progress":         words("auto", "none", "plain", "tty", "quiet", "rawjson"),
		"emulation":        words("allow", "build-only", "never"),
		"call":             words("build", "check", "outline", "targets"),
		"arch-tags":        words("keep", "none"),
		"media-type":       words("oci", "docker"),
		"fail-on":          words("error", "warning", "never"),
		"test-sandbox":     words("plain", "strict"),
		"format":           words("table", "json"),
		"check format":     words("table", "json", "sarif"),
		"reproduce format": words("table", "json", "md"),
		"reproducible":     words("commit"),
		"stage":            words("registry"),
		"list":             words("targets", "variables"),
		"network":          words("default", "none", "host"),
		"test-network":     words("none", "bridge", "host"),
		"provenance":       words("true", "false", "mode=min", "mode=max"),
		"sbom":             truth,
		"check":            truth,
		"attest":           words("type=sbom", "type=provenance,mode=min", "type=provenance,mode=max"),
		"allow":            words("network.host", "security.insecure", "device"),
		"allow-difference": words("entrypoint", "cmd", "user", "size"),
		"jobs":             jobs,
		"binfmt-image":     words(binfmt.DefaultImage),
		"buildkit-image":   words("moby/buildkit:buildx-stable-1", "moby/buildkit:latest"),
		"filter":           openWords("until="),
		"ls filter":        lsFilters,
		"ssh":              words("default"),
		"secret":           keyed(words("id", "type"), nothing),
		"policy":           openWords("filename=", "reset=", "disabled=", "strict=", "log-level="),
		"resource": openWords(
			"memory=", "memory-swap=", "cpu-shares=", "cpu-period=", "cpu-quota=", "cpuset-cpus=", "cpuset-mems=",
		),
		"add-host":         words("host.docker.internal:host-gateway"),
		"annotation":       annotations,
		"merge annotation": openWords(append(metadataKeys("index:"), "manifest-descriptor[")...),
		"label":            openWords(metadataKeys("")...),
		"buildkitd-flags":  words("--debug", "--allow-insecure-entitlement=network.host"),
		"ulimit":           openWords("nofile=", "nproc=", "core=", "memlock=", "stack=", "fsize="),
		"driver":           words("docker-container", "remote", "kubernetes"),
		"driver-opt": openWords(
			"network=", "memory=", "cpu-quota=", "env.", "default-load=", "restart-policy=", "image=",
		),
	}
}

// amountOffers are flags that take times and numbers: some that are usual.
func amountOffers() map[string]offerer {
	times := words("30s", "1m", "5m", "30m")
	return map[string]offerer{
		"timeout": times, "retry-timeout": times, "test-timeout": times,
		"test-emulated-factor": words("1", "4", "8", "16"),
		"test-memory":          words("256m", "512m", "1g", "2g"),
		"test-cpus":            jobs,
		"test-pids":            words("256", "1024", "4096"),
		"shm-size":             words("64m", "256m", "1g"),
	}
}

// metadataKeys are the keys that images are described with, of labels and of annotations, behind where they go.
func metadataKeys(where string) []string {
	var keys []string
	for _, key := range strings.Fields("title description version revision source url documentation licenses " +
		"vendor authors") {
		keys = append(keys, where+"org.opencontainers.image."+key+"=")
	}
	return keys
}

// annotations are keys, and what they are put on.
func annotations(p place) offers {
	where, _, levelled := strings.Cut(p.word, ":")
	levels := []string{"index", "manifest", "manifest-descriptor"}
	if levelled && slices.Contains(levels, where) {
		return offers{values: metadataKeys(where + ":"), more: true}
	}
	return offers{values: append(metadataKeys(""), suffixed(levels, ":")...), more: true}
}

// merged is one table of two.
func merged(one, other map[string]offerer) map[string]offerer {
	for name, offer := range other {
		one[name] = offer
	}
	return one
}

// jobs are the numbers of platforms that this machine can build at once.
func jobs(place) offers {
	var o offers
	for n := range runtime.NumCPU() {
		o.values = append(o.values, strconv.Itoa(n+1))
	}
	return o
}
