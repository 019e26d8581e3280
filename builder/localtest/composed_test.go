//go:build unix

package localtest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// composeModel is what compose makes of a file with a database.
const composeModel = `{"name":"x","services":{
  "app":{"build":{"context":"/x"},"container_name":"fixed","ports":[{"published":"8080"}],"mem_limit":"9","environment":{"A":"1"}},
  "db":{"image":"db","volumes":[{"source":"data"}],"deploy":{"resources":{"limits":{"pids":7}}}},
  "sut":{"image":"busybox"}},
  "volumes":{"data":{"name":"precious"},"shared":{"name":"shared","external":true}},"networks":{"default":null}}`

// composer is a program that does as compose does, as far as is asked for, and notes what it is told.
type composer struct{ folder string }

// newComposer writes it. By each verb stands what it does.
func newComposer(t *testing.T, verbs map[string]string) composer {
	t.Helper()
	c := composer{t.TempDir()}
	assert.NilError(t, os.WriteFile(filepath.Join(c.folder, "model"), []byte(composeModel), 0o600))
	script := "cd " + c.folder + "\nwhile [ \"$1\" != up ] && [ \"$1\" != config ] && [ \"$1\" != ps ] && [ \"$1\" != logs ] && " +
		"[ \"$1\" != down ] && [ \"$1\" != version ]; do echo \"$1\" >>args; shift; done\n" +
		"verb=$1; [ \"$2\" = --no-start ] && verb=create\necho $verb >>log\ncase $verb in\n"
	script += "config) cat model; exit;;\nup) cat >stdin;;\nesac\ncase $verb in\n"
	for verb, text := range verbs {
		script += verb + ") " + text + ";;\n"
	}
	assert.NilError(t, os.WriteFile(filepath.Join(c.folder, "compose"), []byte(script+"esac\n"), 0o600))
	return c
}

// spec is a test with services that it starts.
func (c composer) spec() Spec {
	return Spec{
		Stacks: []Stack{{Text: "c.yaml", File: filepath.Join(c.folder, "c.yaml")}}, Memory: 5 << 20, PIDs: 4, NanoCPUs: 15e8,
		Composer: []string{"sh", filepath.Join(c.folder, "compose")}, Env: []string{"B=$2", "A"},
	}
}

// read is what it has noted.
func (c composer) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, name))
	assert.NilError(t, err)
	return string(text)
}

// ps is what is told of containers, each SERVICE STATE CODE HEALTH.
func ps(members ...string) string {
	var out strings.Builder
	for _, m := range members {
		words := strings.Fields(m + " -")
		out.WriteString(`echo '{"Service":"` + words[0] + `","State":"` + words[1] + `","ExitCode":` + words[2] +
			`,"Health":"` + words[3] + "\"}'; ")
	}
	return out.String()
}

// The exit code of the judge is the verdict; what the image is not to blame for says nothing about it. All is taken
// down in any case.
func TestStackVerdicts(t *testing.T) {
	for name, tc := range map[string]struct {
		verbs   map[string]string
		verdict Verdict
		reason  string
	}{
		"passed": {map[string]string{"ps": ps("sut exited 0", "app running 0"), "logs": "echo app-1 up"}, Passed, ""},
		"failed": {
			map[string]string{"ps": ps("sut exited 3", "app running 0"), "logs": "echo app-1 up"},
			Failed, `the service "sut" ends with exit code 3, not 0`,
		},
		"the image ends": {
			map[string]string{"up": "echo dependency failed >&2; exit 1", "ps": ps("sut created 0", "app exited 2")},
			Failed, `the service "app", which is the image, ends with exit code 2`,
		},
		"the image is not healthy": {
			map[string]string{"up": "exit 1", "ps": ps("sut created 0", "app running 0 unhealthy")},
			Failed, `the service "app", which is the image, does not become healthy`,
		},
		"another ends": {
			map[string]string{"up": "echo container db-1 exited >&2; exit 1", "ps": ps("sut created 0", "app created 0", "db exited 1")},
			Inconclusive, "its services do not start: container db-1 exited",
		},
		"not pulled": {
			map[string]string{"create": "echo no such image >&2; exit 18"}, Inconclusive, "its services cannot be made: no such image",
		},
		"never ends": {map[string]string{"ps": ps("sut running 0", "app running 0")}, Inconclusive, "not done after 600ms"},
		"never up":   {map[string]string{"up": "exec sleep 60", "ps": ps("sut created 0", "app running 0")}, Inconclusive, "not done after 600ms"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newComposer(t, tc.verbs)
			got := tryOne(t, &fakeEngine{}, server(), c.spec())
			assert.Equal(t, got.Verdict, tc.verdict, got.Stderr)
			assert.Equal(t, got.Reason, tc.reason)
			assert.Assert(t, strings.HasSuffix(c.read(t, "log"), "down\n"))
			if tc.verbs["logs"] != "" {
				assert.Equal(t, got.Stdout, "app-1 up\n")
			}
		})
	}
}

// The image stands in the place of the service, and nothing of two stacks can meet on one engine.
func TestStackHasTheImage(t *testing.T) {
	c := newComposer(t, map[string]string{"ps": ps("sut exited 0")})
	tryOne(t, &fakeEngine{}, server(), c.spec())
	var got struct {
		Name     string
		Services map[string]map[string]any
		Volumes  map[string]stackPart
		Networks map[string]stackPart
	}
	assert.NilError(t, json.Unmarshal([]byte(c.read(t, "stdin")), &got))
	assert.Assert(t, strings.HasPrefix(got.Name, "multiplat-"), got.Name)
	assert.Assert(t, strings.Contains(c.read(t, "args"), "\n"+got.Name+"\n"))
	labels := map[string]any{}
	for key, value := range container.Labels("test") { // by which what a killed process leaves is known
		labels[key] = value
	}
	assert.Equal(t, labels["com.docker-multiplat.run"], "test")
	assert.DeepEqual(t, got.Services, map[string]map[string]any{
		"app": {
			"image":       "image",
			"pull_policy": "never",
			"platform":    "linux/amd64",
			"mem_limit":   "9",
			"pids_limit":  4.0,
			"cpus":        1.5,
			"labels":      labels,
			"environment": map[string]any{"B": "$$2"},
		},
		"db": {
			"image": "db", "volumes": []any{map[string]any{"source": "data"}}, "mem_limit": "5242880", "cpus": 1.5,
			"deploy": map[string]any{"resources": map[string]any{"limits": map[string]any{"pids": 7.0}}}, "labels": labels,
		},
		"sut": {
			"image": "busybox", "mem_limit": "5242880", "pids_limit": 4.0, "cpus": 1.5, "labels": labels,
			"environment": map[string]any{"B": "$$2"},
		},
	})
	assert.Equal(t, got.Volumes["data"].Name, got.Name+"_data")
	assert.Equal(t, got.Volumes["shared"].Name, "shared")
	assert.Equal(t, got.Networks["default"].Name, got.Name+"_default")
	for _, made := range []stackPart{got.Volumes["data"], got.Networks["default"]} {
		assert.DeepEqual(t, made.Labels, container.Labels("test"))
	}
	assert.Equal(t, len(got.Volumes["shared"].Labels), 0)
}

// stackPart is a network or a volume of a stack.
type stackPart struct {
	Name   string
	Labels map[string]string
}

// A test that is called off leaves nothing behind either; and where something is left, it is told.
func TestStackIsTakenDownWhenCalledOff(t *testing.T) {
	c := newComposer(t, map[string]string{"up": "touch begun; exec sleep 60"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(c.folder, "begun")); err == nil {
				cancel()
			}
			pause(ctx, pollInterval)
		}
	}()
	spec := c.spec()
	spec.Timeout, spec.EmulatedFactor = time.Minute, 1
	_, err := Run(ctx, &fakeEngine{}, server(), spec, mute{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Assert(t, strings.HasSuffix(c.read(t, "log"), "up\ndown\n"), c.read(t, "log"))
}

// What is wrong with the file is told before anything is built.
func TestCheckStack(t *testing.T) {
	c := newComposer(t, nil)
	spec := c.spec()
	for service, want := range map[string]string{
		"": "", "db": "", "none": `there is no service "none"; there are app, db, sut`,
	} {
		stack := spec.Stacks[0]
		stack.Service = service
		err := CheckStack(t.Context(), spec, stack)
		if want == "" {
			assert.NilError(t, err, service)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
	for from, want := range map[string]string{
		`"sut"`:             `there is no service "sut", whose exit code is the verdict; there are app, db, other`,
		`"image":"busybox"`: "name the service in whose place the image stands, as SERVICE=FILE: 2 of them are built",
	} {
		to := map[string]string{`"sut"`: `"other"`, `"image":"busybox"`: `"build":{"context":"."}`}[from]
		text := strings.Replace(composeModel, from, to, 1)
		assert.NilError(t, os.WriteFile(filepath.Join(c.folder, "model"), []byte(text), 0o600))
		assert.ErrorContains(t, CheckStack(t.Context(), spec, spec.Stacks[0]), want)
	}
	assert.NilError(t, CheckComposer(t.Context(), spec))
	spec.Composer = []string{"sh", "-c", "echo docker: unknown command: docker compose >&2; exit 1"}
	assert.ErrorContains(t, CheckComposer(t.Context(), spec), "unknown command: docker compose")
	spec.Composer = []string{"/no/such/program"}
	assert.ErrorContains(t, CheckComposer(t.Context(), spec), "no such file")
}

// A stack is named with or without the service.
func TestParseStack(t *testing.T) {
	for text, want := range map[string]Stack{
		"c.yaml": {File: "c.yaml"}, "app=c.yaml": {Service: "app", File: "c.yaml"}, "dir/a=b.yaml": {File: "dir/a=b.yaml"},
	} {
		want.Text = text
		got, err := ParseStack(text)
		assert.NilError(t, err)
		assert.DeepEqual(t, got, want)
	}
	for _, bad := range []string{"", "app="} {
		_, err := ParseStack(bad)
		assert.ErrorContains(t, err, "compose file")
	}
}
