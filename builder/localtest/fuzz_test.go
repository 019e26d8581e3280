package localtest

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzReadModel holds that a compose file of others is placed so that two runs share nothing: the image in the place of
// its service, no port of the host, no name of a container or volume that is not the project's.
func FuzzReadModel(f *testing.F) {
	f.Add(
		`{"name":"x","services":{"app":{"build":{"context":"."},"ports":[{"published":"80"}],"container_name":"a"},"sut":`+
			`{"image":"x","environment":{"A":"b"},"labels":{"x":"y"},"deploy":{"resources":{"limits":{"cpus":1}}}}},`+
			`"volumes":{"v":null,"e":{"external":true}},"networks":{"default":{"name":"x"}}}`,
		"",
	)
	f.Add(`{"services":{"sut":{"build":{}}}}`, "sut")
	f.Add(`{"services":{"sut":null,"a":[1]},"volumes":[1],"networks":{"n":1}}`, "a")
	f.Add(`{"services":{"sut":{"labels":["a=b"],"environment":["A"],"deploy":{"resources":1}}}}`, "sut")
	f.Add(`[]`, "")
	f.Fuzz(func(t *testing.T, text, service string) {
		m, err := readModel([]byte(text), Stack{File: "f", Service: service})
		if err != nil {
			assert.Assert(t, strings.Contains(err.Error(), "f"), "%v", err)
			return
		}
		spec := Spec{Env: []string{"A=1", "B"}, Strict: true, Memory: 1 << 20, PIDs: 7}
		placed, err := m.place(Image{ID: "sha256:1", Platform: "linux/arm64"}, spec, "project")
		assert.NilError(t, err)
		var read map[string]json.RawMessage // keys that differ in case are others
		assert.NilError(t, json.Unmarshal(placed, &read))
		assert.Equal(t, string(read["name"]), `"project"`)
		var services map[string]map[string]any
		assert.NilError(t, json.Unmarshal(read["services"], &services))
		for name, service := range services {
			assert.Assert(t, service["ports"] == nil && service["container_name"] == nil, "%s: %s", name, placed)
		}
		own := services[m.own]
		assert.Assert(t, own["image"] == "sha256:1" && own["build"] == nil && own["platform"] == "linux/arm64", "%s", placed)
		var volumes map[string]map[string]any
		if json.Unmarshal(read["volumes"], &volumes) != nil {
			return
		}
		for name, volume := range volumes {
			external, _ := volume["external"].(bool)
			assert.Assert(t, external || volume["name"] == "project_"+name, "%s: %s", name, placed)
		}
	})
}

// FuzzParseCommand holds that a command is taken apart into words that say the same again.
func FuzzParseCommand(f *testing.F) {
	for _, seed := range []string{`sh -c "a 'b' \"c\""`, "-v", `a\ b # c`, "''", "\x00", "a 'b", "#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		command, err := ParseCommand(text)
		if err != nil {
			return
		}
		assert.Assert(t, len(command.Args) > 0 && command.Args[0] != "")
		assert.Equal(t, command.KeepEntrypoint, strings.HasPrefix(command.Args[0], "-"))
		quoted := make([]string, len(command.Args))
		for i, arg := range command.Args {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		again, err := ParseCommand(strings.Join(quoted, " "))
		assert.NilError(t, err)
		assert.DeepEqual(t, again.Args, command.Args)
	})
}
