package plugin

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// linesOfSecrets are those that are refused, and of which what may be a secret is not told: each has it as CANARY.
func linesOfSecrets(registry, folder string) (lines []wrongLine) {
	for _, wrong := range secretValues() {
		verb, flag, value := wrong[0], wrong[1], wrong[2]
		first, last := rightLine(verb, folder, registry)
		lines = append(lines, wrongLine{
			slices.Concat([]string{verb}, first, []string{"--" + flag + "=" + value}, last), wrong[3:],
		})
	}
	return lines
}

// secretValues are commands, flags, wrong values that may be secrets, and what is said of them.
func secretValues() [][]string {
	return [][]string{
		{"build", "secret", "id=a,value=CANARY", "--secret", "value=xxxxx"},
		{"build", "secret", "CANARY", "--secret"},
		{"build", "secret", "id=a,CANARY,CANARY", "--secret"},
		{"build", "secret", `id=a,"value=CANARY,1`, "--secret"},
		{"build", "secret", "id=a,value=C\"ANARY", "--secret"},
		{"build", "cache-from", "type=nope,token=CANARY", "--cache-from", "nope"},
		{"build", "cache-from", "token=CANARY", "--cache-from", "token=xxxxx"},
		{"build", "cache-to", "secret_access_key=CANARY", "--cache-to", "secret_access_key=xxxxx"},
		{"build", "cache-to", "type=gha,CANARY", "--cache-to", "type=gha"},
		{"build", "cache-to", `type=s3,"session_token=CANARY`, "--cache-to"},
		{"build", "cache-to", "type=registry,ref=u:CANARY@h/x", "--cache-to"},
		{"build", "cache-to", "endpoint_url=https://u:CANARY@h", "--cache-to"},
		{"build", "build-arg", "=CANARY", "--build-arg"},
		{"build", "build-context", "x=docker-image://u:CANARY@h/x", "--build-context"},
		{"build", "attest", "token=CANARY", "--attest"},
		{"build", "attest", "type=wat,token=CANARY", "--attest", "wat"},
		{"build", "attest", "type=sbom,generator=A B,token=CANARY", "--sbom", "A B"},
		{"build", "sbom", "generator=A B,token=CANARY", "--sbom"},
		{"build", "provenance", "mode=wat,token=CANARY", "--provenance"},
		{"build", "test-env", "=CANARY", "--test-env"},
		{"test", "test-env", "=CANARY", "--test-env"},
		{"build", "test-on", "linux/arm64=tcp://h?token=CANARY", "--test-on", "tcp://h?token=xxxxx"},
		{"build", "test-on", "linux/arm64=tcp://h:1?token=CANARY", "--test-on"},
		{"build", "test-on", "linux/arm64=ssh://u:CANARY@h", "--test-on", "ssh://xxxxx:xxxxx@h", "ssh takes none"},
		{"build", "test-on", "linux/arm64=tcp://u:CANARY@h:1", "--test-on"},
		{"build", "test-on", "linux/arm64=wat://u:CANARY@h?token=CANARY", "--test-on", "wat://"},
		{"test", "test-on", "linux/arm64=tcp://h?token=CANARY", "--test-on"},
		{"bake", "var", "=CANARY", "--var"},
		{"bake", "var", "NUMBER=CANARY", "NUMBER"},
		{"bake", "set", "default.secret=CANARY", "--set"},
		{"bake", "set", "default.secret=id=a,value=CANARY", "--set"},
		{"bake", "set", "default.cache-to=type=nope,token=CANARY", "nope"},
		{"bake", "set", "default.cache-to=token=CANARY", "--set"},
		{"bake", "set", "default.cache-from=token=CANARY", "--set"},
		{"bake", "set", "default.attest=token=CANARY", "--set"},
		{"bake", "set", "default.attest=type=wat,token=CANARY", "wat"},
		{"bake", "set", "nope.args.TOKEN=CANARY", "nope"},
		{"publish", "var", "TOKEN=CANARY", "--file"},
		{"publish", "set", "default.args.TOKEN=CANARY", "--file"},
		{"init", "driver-opt", "PASSWORD=CANARY", "--driver-opt", "PASSWORD=xxxxx"},
		{"init", "driver-opt", "memory=1g,PASSWORD=CANARY", "--driver-opt", "memory=1g", "PASSWORD=xxxxx"},
		{"init", "driver-opt", "env.X=CANARY,wat=1", "--driver-opt", "wat"},
		{"init", "driver-opt", `"PASSWORD=CANARY`, "--driver-opt"},
		{"init", "driver-opt", "CANARY", "--driver-opt"},
		{"init", "driver-opt", "=CANARY", "--driver-opt"},
		{"init", "driver-opt", "image=https://u:CANARY@h", "--driver-opt", "image"},
		{"init", "buildkit-image", "https://u:CANARY@h", "--buildkit-image"},
		{"init", "binfmt-image", "u:CANARY@h/x", "--binfmt-image"},
		{"init", "buildkitd-flags", "--token=CANARY", "--buildkitd-flags", "no flag --token"},
		{"init", "buildkitd-flags", "--token CANARY", "--buildkitd-flags", "no flag --token"},
		{"init", "buildkitd-flags", "CANARY", "--buildkitd-flags"},
		{"init", "buildkitd-flags", "--debug '--token=CANARY", "--buildkitd-flags"},
		{"init", "node", "linux/arm64=ssh://h,PASSWORD=CANARY", "node linux/arm64=ssh://h", "PASSWORD=xxxxx"},
		{"init", "node", "linux/arm64=ssh://h,CANARY", "--node"},
		{"init", "node", `linux/arm64=ssh://h,"env.X=CANARY`, "--node"},
		{"init", "node", "linux/arm64=ssh://u:CANARY@h", "node linux/arm64=ssh://xxxxx:xxxxx@h", "ssh takes none"},
		{"init", "node", "linux/arm64=ssh://h?token=CANARY", "node linux/arm64=ssh://h?token=xxxxx"},
		{"init", "node", "linux/arm64=tcp://h?token=CANARY", "node linux/arm64=tcp://h?token=xxxxx"},
		{"init", "node", "linux/arm64=tcp://u:CANARY@h:1", "node linux/arm64=tcp://"},
		{"init", "node", "linux/arm64=wat://u:CANARY@h?token=CANARY", "node linux/arm64=wat://"},
		{"init", "node", "linux/amd46=ssh://u:CANARY@h?token=CANARY,PASSWORD=CANARY", "--node", "amd46"},
		{"init", "remove-node", "tcp://u:CANARY@h?token=CANARY", "--remove-node"},
	}
}

// What is told of a command that goes wrong later, and what is to be run next, has no secrets either: a shell is told
// to take them from its environment.
func TestSecretsOfALine(t *testing.T) {
	folder := plugintest.BuildContext(t)
	t.Chdir(folder)
	assert.NilError(t, os.WriteFile("docker-bake.hcl", []byte(rightDefinition), 0o600))
	bench := newRefusalBench(t, folder)
	for _, args := range [][]string{
		{
			"build", "-t", "app:1", "--build-arg", "TOKEN=CANARY", "--test-env", "TOKEN=CANARY",
			"--cache-to", "type=gha,token=CANARY", "--cache-from", "type=s3,bucket=b,region=r,session_token=CANARY", folder,
		},
		{"bake", "--var", "TOKEN=CANARY", "--set", "default.args.TOKEN=CANARY", "--set", "*.cache-to=type=gha,token=CANARY"},
		{"init", "--builder", "new", "--driver-opt", "memory=1g,env.TOKEN=CANARY", "--buildkitd-flags", "--debug"},
		{"init", "--builder", "multiplat", "--driver-opt", "memory=1g,env.TOKEN=CANARY", "--buildkitd-flags", "--debug"},
	} {
		bench.fake.Stdout.Reset()
		bench.fake.Stderr.Reset()
		err := bench.fake.run(t, args...)
		told := bench.fake.Stdout.String() + bench.fake.Stderr.String()
		if err != nil {
			told += explained(err)
		}
		assert.Check(t, err != nil, "%q", args)
		assert.Check(t, !strings.Contains(told, "CANARY"), "%q: %s", args, told)
	}
	for path, text := range bench.there(t) {
		assert.Check(t, !strings.Contains(text, "CANARY"), path)
	}
}
