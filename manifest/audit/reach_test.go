package audit

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// reachCase is how an image is started, and the error that makes; none if it is empty.
type reachCase struct {
	config ocispec.ImageConfig
	want   string
}

const (
	isEntry  = "it is the entrypoint"
	loader   = "/lib/ld-linux-aarch64.so.1"
	fromHere = ", COPY layer-0 /"
)

// reachLayer has everything these tests start.
func reachLayer(t *testing.T) []byte {
	t.Helper()
	own, foreign := arm64().bytes(t), x86().bytes(t)
	scripts := map[string]string{
		"run.sh": "/bin/sh -e", "bash.sh": "/bin/bash", "windows.sh": "/bin/sh\r", "env.sh": "/usr/bin/env tool",
		"noenv.sh": "/usr/bin/env python3", "envs.sh": "/usr/bin/env -S python3 -u", "nested.sh": "/run.sh",
		"loop.sh": "/loop.sh", "foreign.sh": "/app/foreign", "none.sh": " \t",
	}
	items := []item{
		exe("bin/busybox", own), link("bin/sh", "busybox"), link("usr/bin/env", "/bin/busybox"),
		exe("usr/local/bin/tool", own), exe("app/run", own), data("app/noexec", own), dir("app/folder"),
		exe("app/foreign", foreign), data("lib/foreign-loader", foreign),
		exe("app/dynamic", arm64().dynamic(loader).bytes(t)),
		exe("app/dynamic2", arm64().dynamic("/lib/foreign-loader").bytes(t)),
		exe("app/object", arm64().object().bytes(t)),
		text("plain", "echo hello\n"), exe("mac", []byte("\xcf\xfa\xed\xfe....")),
		link("dangling", "/nowhere"), link("loop", "loop"),
	}
	for name, line := range scripts {
		items = append(items, text(name, "#!"+line+"\n"))
	}
	return layerOf(t, items...)
}

func (tc reachCase) check(t *testing.T) {
	t.Helper()
	tc.config.Env = append(tc.config.Env, "A=B")
	report := auditOf(t, image{platform: "linux/arm64", config: tc.config, layers: [][]byte{reachLayer(t)}})
	got := lines(report.Errors())
	// these two are errors however the image is started, and the last ones when something else is wrong
	const program = "/app/foreign: x86-64 executable; it is executable, and not for linux/arm64" + fromHere
	const itsLoader = "/lib/foreign-loader: x86-64 file; it is the interpreter of /app/dynamic2, and not for linux/arm64" + fromHere
	for _, line := range got {
		assert.Check(t, line == tc.want || line == program || line == itsLoader, "unexpected: %s", line)
	}
	assert.Assert(t, len(got) > 0)
	if tc.want != "" {
		assert.Equal(t, got[0], tc.want)
	}
}

// How a program is found.
func TestReachLookUp(t *testing.T) {
	for name, tc := range map[string]reachCase{
		"nothing to start": {},
		"no entrypoint":    {config: ocispec.ImageConfig{Entrypoint: []string{""}}},
		"a program":        {config: starting("/app/run")},
		"by PATH":          {config: starting("tool", "--flag")},
		"by the image's PATH": {config: ocispec.ImageConfig{
			Cmd: []string{"run"}, Env: []string{"PATH=/usr/bin:/app"},
		}},
		"not in the image's PATH": {
			config: ocispec.ImageConfig{Cmd: []string{"tool"}, Env: []string{"PATH=/bin:/app"}},
			want:   "tool: it is not in PATH=/bin:/app; it is the command",
		},
		"PATH passes by what is not executable": {
			config: ocispec.ImageConfig{Cmd: []string{"noexec"}, Env: []string{"PATH=/app"}},
			want:   "noexec: it is not in PATH=/app; it is the command",
		},
		"from the working directory": {config: ocispec.ImageConfig{Cmd: []string{"./run"}, WorkingDir: "/app"}},
		"not in the working directory": {
			config: ocispec.ImageConfig{Cmd: []string{"./run"}, WorkingDir: "/bin"},
			want:   "/bin/run: it is not there; it is the command",
		},
	} {
		t.Run(name, tc.check)
	}
}

// What cannot be started is an error.
func TestReachPrograms(t *testing.T) {
	for name, tc := range map[string]reachCase{
		"not there":      {config: starting("/missing"), want: "/missing: it is not there; " + isEntry},
		"dangling link":  {config: starting("/dangling"), want: "/dangling: it is not there; " + isEntry},
		"a loop":         {config: starting("/loop"), want: "/loop: it is not there; " + isEntry},
		"a folder":       {config: starting("/app/folder"), want: "/app/folder: it is a folder; " + isEntry},
		"below a file":   {config: starting("/app/run/x"), want: "/app/run/x: it is not there; " + isEntry},
		"not executable": {config: starting("/app/noexec"), want: "/app/noexec: it is not executable (AArch64 file without x bit); " + isEntry + ", COPY layer-0 /"},
		"object file":    {config: starting("/app/object"), want: "/app/object: AArch64 object file; " + isEntry + ", and cannot be executed" + fromHere},
		"foreign":        {config: starting("/app/foreign"), want: "/app/foreign: x86-64 executable; " + isEntry + ", and not for linux/arm64, COPY layer-0 /"},
		"macOS":          {config: starting("/mac"), want: "/mac: macOS program; " + isEntry + ", COPY layer-0 /"},
		"loader missing": {
			config: starting("/app/dynamic"),
			want:   "/app/dynamic: AArch64 executable; " + isEntry + ", and its interpreter " + loader + " is not there, COPY layer-0 /",
		},
		"loader foreign": {
			config: starting("/app/dynamic2"),
			want:   "/lib/foreign-loader: x86-64 file; it is the interpreter of /app/dynamic2, and not for linux/arm64, COPY layer-0 /",
		},
	} {
		t.Run(name, tc.check)
	}
}

// Scripts are followed to their interpreter.
func TestReachScripts(t *testing.T) {
	for name, tc := range map[string]reachCase{
		"script":             {config: starting("/run.sh")},
		"script by env":      {config: starting("/env.sh")},
		"script by a script": {config: starting("/nested.sh")},
		"script in a loop": {
			config: starting("/loop.sh"),
			want:   "/loop.sh: script; it is the interpreter of /loop.sh, and its first line names no interpreter that can be started, COPY layer-0 /",
		},
		"script without interpreter": {config: starting("/bash.sh"), want: "/bin/bash: it is not there; it is the interpreter of /bash.sh"},
		"script of Windows": {
			config: starting("/windows.sh"),
			want:   `/bin/sh\x0d: it is not there: the script has the line ends of Windows; it is the interpreter of /windows.sh`,
		},
		"script, env finds nothing": {
			config: starting("/noenv.sh"),
			want:   "python3: it is not in PATH=" + defaultPath + "; it is the interpreter of /noenv.sh",
		},
		"script, env -S": {
			config: starting("/envs.sh"),
			want:   "python3: it is not in PATH=" + defaultPath + "; it is the interpreter of /envs.sh",
		},
		"script, interpreter foreign": {
			config: starting("/foreign.sh"),
			want:   "/app/foreign: x86-64 executable; it is the interpreter of /foreign.sh, and not for linux/arm64, COPY layer-0 /",
		},
		"script, nothing behind #!": {
			config: starting("/none.sh"),
			want:   "/none.sh: script; " + isEntry + ", and its first line names no interpreter that can be started, COPY layer-0 /",
		},
		"text without #!": {config: starting("/plain")},
	} {
		t.Run(name, tc.check)
	}
}

// What a shell or an entrypoint starts is looked at, but need not be there.
func TestReachCommands(t *testing.T) {
	for name, tc := range map[string]reachCase{
		"shell form":       {config: ocispec.ImageConfig{Cmd: []string{"/bin/sh", "-c", "tool && echo done"}}},
		"shell, builtin":   {config: ocispec.ImageConfig{Cmd: []string{"/bin/sh", "-c", "cd /app; ./run"}}},
		"shell, not there": {config: ocispec.ImageConfig{Cmd: []string{"/bin/sh", "-c", "/missing || true"}}},
		"shell, script": {
			config: ocispec.ImageConfig{Cmd: []string{"/bin/sh", "-ec", "exec A=b /foreign.sh"}},
			want:   "/app/foreign: x86-64 executable; it is the interpreter of /foreign.sh, and not for linux/arm64, COPY layer-0 /",
		},
		"command of an entrypoint": {
			config: ocispec.ImageConfig{Entrypoint: []string{"/run.sh"}, Cmd: []string{"start", "now"}},
		},
		"foreign command of an entrypoint": {
			config: ocispec.ImageConfig{Entrypoint: []string{"/run.sh"}, Cmd: []string{"/app/foreign"}},
			want:   "/app/foreign: x86-64 executable; it is the command, and not for linux/arm64, COPY layer-0 /",
		},
		"volume": {config: ocispec.ImageConfig{
			Cmd: []string{"/data/start"}, Volumes: map[string]struct{}{"/data/": {}},
		}},
	} {
		t.Run(name, tc.check)
	}
}

func TestFirstProgram(t *testing.T) {
	for text, want := range map[string]string{
		"nginx -g 'daemon off;'": "nginx",
		"exec /app/run":          "/app/run",
		"A=1 B=2 run":            "run",
		"$APP run":               "",
		"(cd /x && y)":           "",
		"":                       "",
		`"quoted"`:               "",
		"exec":                   "",
	} {
		assert.Equal(t, firstProgram(text), want, "%q", text)
	}
}

func TestEnvProgram(t *testing.T) {
	for argument, want := range map[string]string{
		"python3":        "python3",
		"python3\r":      "python3",
		"-S node --flag": "node",
		"-Snode --flag":  "node",
		"-i A=b sh":      "sh",
		"-u HOME sh":     "",
		"":               "",
	} {
		assert.Equal(t, envProgram(argument), want, "%q", argument)
	}
}
