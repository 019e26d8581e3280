package advice

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

// What was given for a variable of a daemon's environment may be a password: the command to run next takes it from the
// environment, where a shell says that it is missing.
func TestSecretsInLines(t *testing.T) {
	for _, tc := range []struct{ flag, value, want string }{
		{"driver-opt", "network=host", "--driver-opt network=host"},
		{"driver-opt", "env.TOKEN=CANARY", `--driver-opt env.TOKEN="${TOKEN:?}"`},
		{"driver-opt", "memory=1g,env.TOKEN=CANARY,cpu=2", `--driver-opt memory=1g,env.TOKEN="${TOKEN:?}",cpu=2`},
		{"driver-opt", `"env.TOKEN=CANARY,1",cpu=2`, `--driver-opt '"env.TOKEN='"${TOKEN:?}"'",cpu=2'`},
		{"driver-opt", "env.TOKEN=a,CANARY", `--driver-opt env.TOKEN="${TOKEN:?}"`},
		{"driver-opt", `env.TOKEN=a"CANARY`, `--driver-opt env.TOKEN="${TOKEN:?}"`},
		{"driver-opt", "PASSWORD=CANARY", `--driver-opt PASSWORD="${PASSWORD:?}"`},
		{"cache-to", "type=gha,token=CANARY", `--cache-to type=gha,token="${token:?}"`},
		{"set", "*.cache-to=type=gha,token=CANARY", `--set '*.cache-to=type=gha,token='"${token:?}"`},
		{"set", "*.args.TOKEN=CANARY, CANARY", `--set '*.args.TOKEN='"${TOKEN:?}"`},
		{"build-arg", "TOKEN=CANARY", `--build-arg TOKEN="${TOKEN:?}"`},
		{"build-arg", "TOKEN", "--build-arg TOKEN"},
		{"test-env", "TOKEN=CANARY", `--test-env TOKEN="${TOKEN:?}"`},
		{"var", "TOKEN=CANARY", `--var TOKEN="${TOKEN:?}"`},
		{"attest", "type=sbom,generator=a,TOKEN=CANARY", `--attest type=sbom,generator=a,TOKEN="${TOKEN:?}"`},
		{"buildkitd-flags", "--debug --token=CANARY", `--buildkitd-flags '--debug --token='"${token:?}"`},
		{"driver-opt", "env.a-b=CANARY", "--driver-opt env.a-b=VALUE"},
		{"node", "linux/arm64=ssh://pi", "--node linux/arm64=ssh://pi"},
		{"node", "linux/arm64=ssh://pi,env.TOKEN=CANARY", `--node linux/arm64=ssh://pi,env.TOKEN="${TOKEN:?}"`},
		{"build-context", "env.a=b", "--build-context env.a=b"},
	} {
		flags := pflag.NewFlagSet("init", pflag.ContinueOnError)
		flags.StringArray(tc.flag, nil, "")
		assert.NilError(t, flags.Parse([]string{"--" + tc.flag, tc.value}))
		line := Given("init", flags, nil).String()
		assert.Equal(t, line, "docker multiplat init "+tc.want)
	}
}

// A shell makes of the command what was given.
func TestSecretsInShell(t *testing.T) {
	for _, value := range []string{"memory=1g,env.TOKEN=CANARY,cpu=2", `"env.TOKEN=CANARY,1",cpu=2`} {
		secret, _, _ := strings.Cut(value[strings.Index(value, "=CANARY")+1:], ",cpu")
		secret = strings.Trim(secret, `"`)
		shell := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+asTyped("driver-opt", value))
		shell.Env = []string{"TOKEN=" + secret}
		out, err := shell.Output()
		assert.NilError(t, err)
		assert.Equal(t, string(out), value)
	}
}
