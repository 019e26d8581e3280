package create

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// Every flag that BuildKit's daemon has in the version of the module is known, and told from those without a value.
func TestDaemonFlagsAreThoseOfBuildKit(t *testing.T) {
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").
		Output()
	assert.NilError(t, err)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "cmd", "buildkitd", "*.go"))
	assert.NilError(t, err)
	flag := regexp.MustCompile(`cli\.(\w+)Flag\{\s+Name:\s+"([a-z-]+)`)
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		for _, match := range flag.FindAllStringSubmatch(string(text), -1) {
			found++
			known := daemonFlags()
			if match[1] == "Bool" {
				known = daemonSwitches()
			}
			assert.Check(t, slices.Contains(known, match[2]), "%s flag --%s", match[1], match[2])
		}
	}
	assert.Check(t, found > 40, "%d flags were found", found)
}

func TestCheckDaemonFlags(t *testing.T) {
	for _, tc := range []struct {
		text  string
		other bool
		says  string
	}{
		{text: ""},
		{text: "--debug --oci-worker-gc=false --allow-insecure-entitlement security.insecure"},
		{text: "--allow-insecure-entitlement=network.host --oci-worker-net 'host'"},
		{text: "-debug"},
		{text: "--new-flag value --debug", other: true},
		{text: "--wat", says: "no flag --wat"},
		{text: "--wat value", says: "no flag --wat"},
		{text: "value", says: "word 1 in it is no flag"},
		{text: "--debug value", says: "word 2 in it is no flag"},
		{text: "--debug=maybe", says: "true or false"},
		{text: "--root", says: "no value behind --root"},
		{text: "'", says: "EOF"},
		{text: "--", says: "word 1 in it is no flag"},
	} {
		err := checkDaemonFlags(tc.text, tc.other)
		if tc.says == "" {
			assert.Check(t, err == nil, "%q: %v", tc.text, err)
			continue
		}
		assert.Check(t, err != nil && strings.Contains(err.Error(), tc.says), "%q: %v", tc.text, err)
	}
}
