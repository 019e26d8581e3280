package bake

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// FuzzResolve holds that a definition of others, be it HCL, JSON or a compose file, is refused as wrong input, or has
// targets that can be built and printed.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{
		`target "default" { platforms = ["linux/amd64", "linux/arm64"], tags = ["a:1"] }`,
		`variable "V" { default = "1" }` + "\n" + `group "default" { targets = ["a-${V}"] }` + "\n" +
			`target "a" { name = "a-${n}", matrix = { n = ["1", "2"] }, args = { V = V }, inherits = ["b"] }` + "\n" + `target "b" {}`,
		`{"target": {"default": {"dockerfile-inline": "FROM a", "secret": ["id=a"], "output": ["type=oci,dest=x"]}}}`,
		"services:\n  app:\n    image: a:1\n    build: {context: ., x-bake: {platforms: [linux/arm64]}}\n",
		`function "f" { params = [a], result = f(a) }`, "services: {}", "{", "\xff", `target "a" { inherits = ["a"] }`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		t.Setenv(filesVariable, "")
		d, err := Read(t.Context(), dockercli.Host{}, Request{Files: []string{"-"}, Stdin: strings.NewReader(text)}, nil)
		if err == nil {
			var r *Resolved
			if r, err = d.Resolve(t.Context()); err == nil {
				printed, err := r.Print()
				assert.NilError(t, err)
				assert.Assert(t, json.Valid(printed), "%s", printed)
				targets, err := r.Requests()
				assert.Assert(t, err != nil || len(targets) == len(r.Targets))
			}
		}
		if err != nil {
			assert.ErrorIs(t, err, failure.ErrUsage, "%v", err)
		}
	})
}
