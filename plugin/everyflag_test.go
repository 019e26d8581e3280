package plugin

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// anyText are the flags that take any text, and why none of it is wrong.
func anyText() map[string]string {
	return map[string]string{
		"cgroup-parent":   "the name of a group of the builder's machine",
		"no-cache-filter": "stages, which a frontend of others may have",
		"reason":          "words of a person",
	}
}

// wrongValues are values that a flag of any command cannot take. A flag that is another in one command is named with it.
func wrongValues(folder string) map[string][]string { //nolint:funlen // a table
	numbers := []string{"wat", "-1", "1e99x", "NaN"}
	times := []string{"wat", "-1s", "5", "NaN", "1e300h"}
	images := []string{"Wat", "a b", "x@sha256:1"}
	file := []string{"/proc/nonexistent/x", folder}
	return map[string][]string{
		"add-host":         {"x", "x:y", "=1.2.3.4"},
		"allow":            {"wat", "network"},
		"allow-difference": {"", "[", "["},
		"allow-foreign":    {"", "[", "a/**b["},
		"allow-untested":   {"wat", "linux/amd46", "x=y"},
		"amend":            {"", "a b", "a@sha256:1"},
		"annotate":         {"wat", "linux/amd64=wat", "linux/amd64=wat=1", "=os=linux"},
		"annotation":       {"wat", "nope:a=b", "=x"},
		"annotation merge": {"wat", "manifest:a=b", "=x"},
		"arch-tags":        {"", "some", "KEEP"},
		"attest":           {"type=wat", "type=provenance,mode=foo", "wat", "type=sbom,generator=A B"},
		"binfmt-image":     append(images, ""),
		"build-arg":        {"=x", ""},
		"build-context": {
			"x",
			"x=/proc/nonexistent",
			"x=target:",
			"x=target:nope",
			"x=docker-image://",
			"x=docker-image://A B",
			"=.",
		},
		"builder":          {"a b", "x/y", "-x", "ü", strings.Repeat("b", 300)},
		"buildkit-image":   images,
		"buildkitd-config": {"/proc/nonexistent/x.toml", folder, filepath.Join(folder, "Dockerfile")},
		"buildkitd-flags":  {"--wat", "wat", "--debug=maybe", "'", "--root"},
		"cache-from":       {"type=nope", "type=local", "A B", "type=registry", "type=local,src", "type=registry,ref=A B"},
		"cache-to": {
			"type=nope",
			"type=local",
			"dest",
			"type=registry",
			"dest=",
			"type=inline,mode=wat",
			"type=registry,ref=a/b,mode=wat",
		},
		"call":        {"nope", "check,format=wat", ","},
		"driver-opt":  {"garbage", "=x", "wat=1", "memory=lots", "cpu-quota=x", "default-load=maybe"},
		"driver":      {"wat", "docker", "Remote"},
		"remove-node": {""},
		"emulation":   {"", "wat", "ALLOW"},
		"stage":       {"wat", "Registry"},
		"fail-on":     {"", "wat"},
		"file":        {"/proc/nonexistent/Dockerfile"},
		"filter":      {"", "wat", "wat=1", "until=wat", "until="},
		"filter ls": {
			"",
			"wat",
			"wat=1",
			"until=wat",
			"state=",
			"state=Passed",
			"platform=",
			"published=wat",
			"name=[",
		},
		"format":            {"yaml", "{{.Nope", "{{.Name"},
		"from":              {"/proc/nonexistent/x.json", folder, filepath.Join(folder, "Dockerfile")},
		"iidfile":           file,
		"insecure-registry": {"http://x.example", "a b", "x:", "x/y", "x:99999", "x:wat", "*", "x;y", "x y", "$(id)"},
		"jobs":              append(numbers, "1.5", "99999999999999999999"),
		"label":             {"=x", ""},
		"media-type":        {"", "wat", "OCI"},
		"metadata-file":     file,
		"network":           {"wat", "container:x"},
		"node": {
			"wat",
			"linux/amd46=ssh://x",
			"linux/arm64=",
			"=ssh://x",
			"linux/arm64=wat://x",
			"linux/arm64=nope",
			"linux/arm64=ssh://",
			"linux/arm64=tcp://x",
		},
		"platform":        {"linux/amd46", "", "(", "linux/", "linux/amd64/v9/x", "linux/amd64,linux/amd64,"},
		"platform init":   {"linux/amd46", "", "linux(aNa)/amd64", "linux/arm64,all"},
		"platform build":  {"linux/amd46", "", "linux(aNa)/amd64", "linux(1.2)/arm64"},
		"platform status": {"linux/amd46", "", "linux(aNa)/amd64", "all,linux/arm64"},
		"policy": {
			"wat",
			"filename=",
			"filename=/proc/nonexistent/x.rego",
			"reset=maybe",
			"disabled=maybe",
			"strict=x",
			"log-level=wat",
			"",
		},
		"progress":      {"", "wat", "PLAIN"},
		"provenance":    {"mode=wat", "version=v9", "maybe"},
		"report":        {"", "x", "/proc/nonexistent/x.xml", "wat=x", filepath.Join(folder, "x.wat"), "json=" + folder},
		"resource":      {"wat", "memory=lots", "cpu-quota=x", "wat=1", "memory=-1", "memory="},
		"retry-timeout": times,
		"sbom":          {"generator=A B", "generator=", "maybe"},
		"secret":        {"id=a,src=/proc/nonexistent", "wat=1", "src=/proc/nonexistent", "id=a,env=", "id=a,type=wat"},
		"reproducible":  {"wat", "-1"},
		"set-platform":  {"wat", "linux/amd64=wat", "linux/amd64=wat=1", "=os=linux"},
		"shm-size":      {"wat", "-1", "1e30", "NaN", "Inf"},
		"ssh":           {"default=/proc/nonexistent", "default=" + filepath.Join(folder, "Dockerfile"), "x="},
		"tag":           {"", "UPPER", "a b", "app:1@sha256:" + strings.Repeat("a", 64), "x:" + strings.Repeat("t", 129)},
		"target":        {"nope", "7", "-1"},
		"timeout":       times,
		"ulimit":        {"wat", "nofile", "nofile=x", "nofile=5:1", "wat=1", "nofile=-2"},
	}
}

// wrongTests are those of the flags of tests.
func wrongTests(folder string) map[string][]string {
	return map[string][]string{
		"test":                 {"", `sh -c "a`, "   "},
		"test-config":          {"/proc/nonexistent/x.yaml", folder, filepath.Join(folder, "Dockerfile")},
		"test-compose":         {"", "app=", "/proc/nonexistent/x.yaml", "app=/proc/nonexistent/x.yaml", folder},
		"test-cpus":            {"wat", "-1", "NaN", "Inf", "1e99", "0.001", "1/3x", "-1e99", "1048577"},
		"test-emulated-factor": {"wat", "-1", "0.5", "NaN", "Inf", "1e300"},
		"test-env":             {"", "=x"},
		"test-exec":            {"", `sh -c "a`},
		"test-file":            {"/proc/nonexistent/x.yaml", folder, filepath.Join(folder, "Dockerfile")},
		"test-memory":          {"wat", "-1", "6k", "NaN", "Inf", "1e30", "-1e30", "-6m"},
		"test-network":         {"", " ", "container:"},
		"test-pids":            {"wat", "-1", "NaN", "5000000", "1.5"},
		"test-sandbox":         {"", "wat"},
		"test-script":          {"", "./nope.sh", `sh -c "a`},
		"test-on": {
			"", "linux/arm64", "linux/amd46=x", "linux/arm64=", "=x", "linux/arm64=nope", "here", "linux/arm64=ssh://",
			"linux/arm64=tcp://x", "linux/arm64=wat://x", "linux/arm64=kubernetes",
		},
		"test-skip":    {"", "linux/arm64", "linux/amd46=x", "linux/arm64=", "=x"},
		"test-stdin":   {"", "wat", "/proc/nonexistent=x", filepath.Join(folder, "Dockerfile") + "=(", "{wat"},
		"test-timeout": {"wat", "-1s", "5", "NaN", "1e300h", "0", "0s"},
	}
}

// rightDefinition is a bake file that can be built.
const rightDefinition = `
variable "NUMBER" {
  type = number
  default = 1
}
target "default" {
  tags = ["app:1"]
  args = { NUMBER = NUMBER }
}
`

// wrongInBake are those of the flags of bake that others have not, or have otherwise.
func wrongInBake(folder string) map[string][]string {
	return map[string][]string{
		"allow bake":    {"wat", "network", "fs.wat=/", ""},
		"call bake":     {"nope", "check,format=wat", ","},
		"file bake":     {"/proc/nonexistent/docker-bake.hcl", folder, filepath.Join(folder, "Dockerfile"), ""},
		"list":          {"wat", "", "targets,wat=1", "type=wat", "targets,format=wat"},
		"platform bake": {"linux/amd46", "", "(", "linux/amd64/v9/x", "linux(aNa)/amd64"},
		"policy bake":   {"wat", "filename=x.rego", "disabled=maybe", "strict=x", "log-level=wat", ""},
		"sbom bake":     {"generator=A B", "generator=", "maybe"},
		"set": {
			"", "wat", "=x", "default", "default.", "default.wat=1", "nope.tags=x", "default.tags=A B",
			"default.platform=linux/amd46", "default.output=type=local,dest=x", "default.output=wat=",
			"default.context=/proc/nonexistent", "default.dockerfile=/proc/nonexistent", "default.target=nope",
			"default.secret=id=a,src=/proc/nonexistent", "default.secret=wat=1", "default.ssh=default=/proc/nonexistent",
			"default.cache-from=type=nope", "default.cache-to=type=nope", "default.cache-to=type=local",
			"default.no-cache=maybe", "default.pull=maybe", "default.push=maybe", "default.load=maybe",
			"default.attest=type=wat", "default.attest=wat", "default.network=wat", "default.network=container:x",
			"default.shm-size=wat", "default.ulimits=wat", "default.ulimits=nofile=x", "default.call=nope",
			"default.annotations=wat", "default.annotations=nope:a=b", "default.contexts.x=nonexistent",
			"default.args=wat", "default.labels=wat", "default.args.=x", "default.extra-hosts.x=y",
			"default.entitlements=wat", "default.policy=wat", "default.resources=wat", "*.tags=UPPER", "[.tags=x",
			"default.provenance=mode=wat", "default.tags=x@sha256:1", "default.args", "default.contexts=x",
		},
		"set publish": {
			"", "wat", "=x", "default", "default.", "default.wat=1", "nope.tags=x", "default.tags=A B", "*.tags=UPPER",
			"[.tags=x", "default.tags=x@sha256:1", "default.tags",
		},
		"var": {"wat", "=x", "NUMBER=wat"},
	}
}

// rightLine is a command line of a verb that is right, before the flag that is to be wrong.
func rightLine(verb, folder, registry string) (before, after []string) {
	name := registry + "/app:1"
	return map[string][]string{
			"build": {"-t", "app:1"},
			"merge": {"-t", registry + "/app:9"},
		}[verb], map[string][]string{
			"build": {folder}, "check": {folder}, "publish": {name}, "test": {name}, "inspect": {name}, "verify": {name},
			"diff": {name}, "promote": {name, "2"}, "merge": {name}, "rm": {name}, "tag": {name, "app:2"},
			"reproduce": {name, folder},
		}[verb]
}

// valueFlags are the flags of a command that take a value.
func valueFlags(cmd *cobra.Command) (flags []*pflag.Flag) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() != "bool" && !f.Hidden {
			flags = append(flags, f)
		}
	})
	return flags
}

// wrongFlag is a line of which all is right but the value of a flag.
type wrongFlag struct {
	args        []string
	flag, value string
}

// linesOfFlags are those of which one flag has a wrong value, of every flag of every command.
func linesOfFlags(t *testing.T, commands []*cobra.Command, folder, registry string) (lines []wrongFlag) {
	t.Helper()
	wrong, free := wrongValues(folder), anyText()
	maps.Copy(wrong, wrongTests(folder))
	maps.Copy(wrong, wrongInBake(folder))
	var seen []string
	for _, cmd := range commands {
		for _, f := range valueFlags(cmd) {
			key := f.Name + " " + cmd.Name()
			if _, own := wrong[key]; !own {
				key = f.Name
			}
			seen = append(seen, key)
			if free[f.Name] != "" {
				continue
			}
			assert.Check(t, len(wrong[key]) > 0, "no wrong value is known of --%s of %s", f.Name, cmd.Name())
			for _, value := range wrong[key] {
				lines = append(lines, lineOfFlag(cmd.Name(), f.Name, value, folder, registry))
			}
		}
	}
	for key := range wrong {
		assert.Check(t, slices.Contains(seen, key), "no command has the flag %s", key)
	}
	return lines
}

// linesOfSwitches are those of which one flag has a value that takes none but true and false.
func linesOfSwitches(commands []*cobra.Command, folder, registry string) (lines []wrongFlag) {
	for _, cmd := range commands {
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" && !f.Hidden {
				lines = append(lines, lineOfFlag(cmd.Name(), f.Name, "maybe", folder, registry))
			}
		})
	}
	return lines
}

// lineOfFlag gives a flag of a right line a wrong value.
func lineOfFlag(verb, flag, value, folder, registry string) wrongFlag {
	first, last := rightLine(verb, folder, registry)
	if verb == "publish" && (flag == "set" || flag == "var") {
		first, last = []string{"--file", filepath.Join(folder, "docker-bake.hcl")}, nil
	}
	return wrongFlag{slices.Concat([]string{verb}, first, []string{"--" + flag + "=" + value}, last), flag, value}
}

// linesOfBareFlags end with a flag that takes a value, for each command that has one.
func linesOfBareFlags(commands []*cobra.Command) (lines []wrongLine) {
	for _, cmd := range commands {
		at := slices.IndexFunc(valueFlags(cmd), func(f *pflag.Flag) bool { return f.NoOptDefVal == "" })
		if at >= 0 {
			flag := "--" + valueFlags(cmd)[at].Name
			lines = append(lines, wrongLine{[]string{cmd.Name(), flag}, []string{flag, "no value"}})
		}
	}
	return lines
}

// A wrong value of any flag of any command is refused by name, with exit code 2, and nothing is contacted, made or
// changed for it.
func TestEveryFlagRefusesWrongValues(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	t.Setenv("KUBECONFIG", filepath.Join(folder, "none")) // the developer's own leads to a cluster
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	commands := multiplatOf(t).Commands()
	bench := newRefusalBench(t, folder)
	lines := append(linesOfFlags(t, commands, folder, bench.registry),
		linesOfSwitches(commands, folder, bench.registry)...)
	for _, line := range lines {
		t.Run(fmt.Sprintf("%s --%s=%.30s", line.args[0], line.flag, line.value), func(t *testing.T) {
			bench.refusesFlag(t, line)
		})
	}
}

// multiplatOf is the command above all others.
func multiplatOf(t *testing.T) *cobra.Command {
	t.Helper()
	cmd, _, err := rootCommand(t, newFakeCLI(t)).Find([]string{"multiplat"})
	assert.NilError(t, err)
	return cmd
}
