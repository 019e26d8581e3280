package create

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

func TestProxyOptions(t *testing.T) {
	for _, tc := range []struct {
		name        string
		engine, cli map[string]string
		asked       []string
		options     []string
		note        string
		loopback    []string
	}{
		{name: "none"},
		{
			name: "of the engine", engine: map[string]string{"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a,b"},
			options: []string{"env.HTTPS_PROXY=http://p:1", `"env.NO_PROXY=a,b"`}, note: "HTTPS_PROXY=http://p:1",
		},
		{
			name:   "the engine's password is masked, the CLI knows it",
			engine: map[string]string{"HTTP_PROXY": "http://xxxxx:xxxxx@p:1"},
			cli:    map[string]string{"HTTP_PROXY": "http://me:secret@p:1"}, options: []string{"env.HTTP_PROXY=http://me:secret@p:1"},
			note: "HTTP_PROXY=http://me:xxxxx@p:1",
		},
		{
			name:   "nobody knows the password",
			engine: map[string]string{"HTTP_PROXY": "http://xxxxx:xxxxx@p:1"}, note: "--driver-opt env.HTTP_PROXY=URL",
		},
		{
			name:   "without a scheme, as Go takes it too",
			engine: map[string]string{"HTTPS_PROXY": "me:secret@p:1"}, options: []string{"env.HTTPS_PROXY=me:secret@p:1"},
			note: "HTTPS_PROXY=me:xxxxx@p:1",
		},
		{
			name:   "masked without a scheme",
			engine: map[string]string{"HTTPS_PROXY": "xxxxx:xxxxx@p:1"}, note: "--driver-opt env.HTTPS_PROXY=URL",
		},
		{
			name:   "on loopback, which a container has of its own",
			engine: map[string]string{"HTTP_PROXY": "localhost:3128"}, options: []string{"env.HTTP_PROXY=localhost:3128"},
			note: "HTTP_PROXY=localhost:3128", loopback: []string{"localhost:3128"},
		},
		{
			name:   "names that need none",
			engine: map[string]string{"NO_PROXY": "127.0.0.0/8,::1,.corp"}, options: []string{`"env.NO_PROXY=127.0.0.0/8,::1,.corp"`},
			note: "NO_PROXY=127.0.0.0/8,::1,.corp",
		},
		{name: "of the user", engine: map[string]string{"HTTP_PROXY": "http://p:1"}, asked: []string{"memory=1g,env.HTTP_PROXY=x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := proxyOptions(tc.engine, tc.cli, tc.asked)
			assert.DeepEqual(t, p.driverOpts, tc.options)
			assert.DeepEqual(t, p.loopback, tc.loopback)
			said := strings.Join(p.notes, "\n")
			assert.Check(t, is.Contains(said, tc.note))
			assert.Check(t, !strings.Contains(said, "secret"))
		})
	}
}
