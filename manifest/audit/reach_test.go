package audit

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// What a container starts with is there, can be started, and is of the platform, scripts and loaders included.
func TestReach(t *testing.T) {
	own, foreign := arm64().bytes(t), x86().bytes(t)
	loader := "/lib/ld-linux-aarch64.so.1"
	base := layerOf(t,
		exe("bin/busybox", own), link("bin/sh", "busybox"), link("usr/bin/env", "/bin/busybox"), exe("usr/local/bin/tool", own),
		exe("app/run", own), data("app/noexec", own), data("app/object.o", arm64().object().bytes(t)), dir("app/folder"),
		exe("app/foreign", foreign), exe("app/dynamic", arm64().dynamic(loader).bytes(t)),
		exe("app/dynamic2", arm64().dynamic("/lib/foreign-loader").bytes(t)), data("lib/foreign-loader", foreign),
		text("run.sh", "#!/bin/sh -e\n"), text("bash.sh", "#!/bin/bash\n"), text("windows.sh", "#!/bin/sh\r\n"),
		text("env.sh", "#!/usr/bin/env tool\n"), text("noenv.sh", "#!/usr/bin/env python3\n"),
		text("envs.sh", "#!/usr/bin/env -S python3 -u\n"), text("nested.sh", "#!/run.sh\n"), text("loop.sh", "#!/loop.sh\n"),
		text("foreign.sh", "#!/app/foreign\n"), text("none.sh", "#! \t\n"), text("plain", "echo hello\n"), exe("mac", []byte("\xcf\xfa\xed\xfe....")),
		text("relative.sh", "#!run\n"), link("dangling", "/nowhere"), link("loop", "loop"),
	)
	entry := "it is the entrypoint"
	for name, tc := range map[string]struct {
		config ocispec.ImageConfig
		want   string // the one error; empty: none
	}{
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
		"not there":      {config: starting("/missing"), want: "/missing: it is not there; " + entry},
		"dangling link":  {config: starting("/dangling"), want: "/dangling: it is not there; " + entry},
		"a loop":         {config: starting("/loop"), want: "/loop: it is not there; " + entry},
		"a folder":       {config: starting("/app/folder"), want: "/app/folder: it is a folder; " + entry},
		"below a file":   {config: starting("/app/run/x"), want: "/app/run/x: it is not there; " + entry},
		"not executable": {config: starting("/app/noexec"), want: "/app/noexec: it is not executable (AArch64 file without x bit); " + entry + ", COPY layer-0 /"},
		"foreign":        {config: starting("/app/foreign"), want: "/app/foreign: x86-64 executable; " + entry + ", and not for linux/arm64, COPY layer-0 /"},
		"macOS":          {config: starting("/mac"), want: "/mac: macOS program; " + entry + ", COPY layer-0 /"},
		"loader missing": {
			config: starting("/app/dynamic"),
			want:   "/app/dynamic: AArch64 executable; " + entry + ", and its interpreter " + loader + " is not there, COPY layer-0 /",
		},
		"loader foreign": {
			config: starting("/app/dynamic2"),
			want:   "/lib/foreign-loader: x86-64 file; it is the interpreter of /app/dynamic2, and not for linux/arm64, COPY layer-0 /",
		},
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
			want:   "/none.sh: script; " + entry + ", and its first line names no interpreter that can be started, COPY layer-0 /",
		},
		"text without #!":  {config: starting("/plain")},
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
		t.Run(name, func(t *testing.T) {
			tc.config.Env = append(tc.config.Env, "A=B")
			report := auditOf(t, image{platform: "linux/arm64", config: tc.config, layers: [][]byte{base}})
			// /app/foreign is an error by itself, and the last one when something else is wrong
			want := []string{tc.want}
			const always = "/app/foreign: x86-64 executable; it is executable, and not for linux/arm64, COPY layer-0 /"
			needs := "/lib/foreign-loader: x86-64 file; it is the interpreter of /app/dynamic2, and not for linux/arm64, COPY layer-0 /"
			got := lines(report.Errors())
			assert.Assert(t, len(got) > 0)
			rest := map[string]bool{always: true, needs: true, tc.want: true}
			for _, line := range got {
				assert.Check(t, rest[line], "unexpected: %s", line)
			}
			if tc.want != "" {
				assert.Equal(t, got[0], want[0])
			}
		})
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
