//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const structured = `FROM busybox
ENV APP_HOME=/app VERSION=1.2.3
LABEL vendor=ACME build-date=2026-01-02
RUN mkdir /app /data && echo "port=80" > /app/conf && chmod 640 /app/conf && chown 7:8 /app/conf && \
    printf '#!/bin/sh\necho "hello $1"; echo warn >&2; exit 3\n' > /app/greet && chmod 755 /app/greet && \
    echo gone > /app/gone
RUN rm /app/gone && ln -s conf /app/link
EXPOSE 80 53/udp
VOLUME /data
WORKDIR /app
USER 7:8
ENTRYPOINT ["/app/greet"]
CMD ["world"]
`

// structureFile is one file of tests and what is to come of it.
type structureFile struct {
	name, text string
	code       int
	says       string
}

func structureFiles() []structureFile {
	return []structureFile{
		{"command.yaml", `
globalEnvVars: [{key: PATH, value: "$APP_HOME:$PATH"}]
commandTests:
- {name: greet, command: greet, args: [you], expectedOutput: ["(?m)^hello you$"], excludedOutput: [bye], expectedError: [warn], excludedError: [error], exitCode: 3}
`, 0, ""},
		{"output.yaml", `
commandTests: [{name: greet, command: /app/greet, args: [you], expectedOutput: [bye], exitCode: 3}]
`, 5, `stdout does not match "bye"`},
		{"code.json", `{"schemaVersion": "2.0.0",
	"commandTests": [{"name": "greet", "command": "/app/greet"}]}`, 5, "exit code 3, not 0"},
		{"setup.yaml", `
commandTests:
- {name: kept, setup: [[sh, -c, "echo $A > /tmp/a"], [sh, -c, "echo more >> /tmp/a"]], envVars: [{key: A, value: one}], command: cat, args: [/tmp/a], expectedOutput: ["one\nmore"], teardown: [[rm, /tmp/a]]}
- {name: forgotten, command: ls, args: [/tmp/a], exitCode: 1, expectedError: [No such file]}
containerRunOptions: {user: root}
`, 0, ""},
		{"existence.yaml", `
fileExistenceTests:
- {name: conf, path: $APP_HOME/conf, shouldExist: true, permissions: -rw-r-----, uid: 7, gid: 8}
- {name: greet, path: /app/greet, isExecutableBy: owner}
- {name: greet for others, path: /app/greet, isExecutableBy: other}
- {name: folder, path: /app, permissions: drwxr-xr-x}
- {name: link, path: /app/link}
- {name: gone, path: /app/gone, shouldExist: false}
`, 0, ""},
		{"wrong.yaml", `
fileExistenceTests: [{name: conf, path: /app/conf, permissions: -rw-r--r--, uid: 0, isExecutableBy: group}]
`, 5, "/app/conf has permissions -rw-r-----, not -rw-r--r--; /app/conf belongs to user 7, not 0"},
		{"content.yaml", `
fileContentTests:
- {name: conf, path: /app/conf, expectedContents: ["port=\\d+"], excludedContents: [secret]}
- {name: link, path: /app/link, expectedContents: [port]}
`, 0, ""},
		{"gone.yaml", `
fileContentTests: [{name: gone, path: /app/gone, expectedContents: [gone]}]
`, 5, "/app/gone is not in the image"},
		{"metadata.json", `{"schemaVersion": "2.0.0", "metadataTest": {
	"envVars": [{"key": "VERSION", "value": "^1\\.", "isRegex": true}], "unboundEnvVars": [{"key": "DEBUG"}],
	"labels": [{"key": "vendor", "value": "ACME"}, {"key": "build-date", "value": "^\\d{4}-", "isRegex": true}],
	"entrypoint": ["/app/greet"], "cmd": ["world"], "exposedPorts": ["80", "53/udp"], "unexposedPorts": ["443"],
	"volumes": ["/data"], "unmountedVolumes": ["/app"], "workdir": "/app", "user": "7:8"}}`, 0, ""},
		{"metadata.yaml", `
metadataTest: {cmd: [], exposedPorts: ["443"]}
`, 5, `cmd is ["world"], not []; port "443" is not in the image`},
		{"options.yaml", `
commandTests: [{name: as root, command: sh, args: [-c, "id -u; echo $FROM_FILE $FROM_HERE; test -t 1 && echo tty; cat /mounted/note"], expectedOutput: ["^0\\s+file here\\s+tty\\s+mounted"]}]
containerRunOptions: {user: root, privileged: true, allocateTty: true, envFile: env, envVars: [FROM_HERE], capabilities: [NET_ADMIN], bindMounts: ["./mounts:/mounted:ro"]}
`, 0, ""},
		{"scope.yaml", `
commandTests:
- {name: only there, command: "false", platforms: [linux/s390x]}
- {name: not here, command: "false", skip: [{platform: linux/amd64, reason: too slow}, {platform: linux/arm64, reason: no hardware}]}
- {name: everywhere, command: "true"}
licenseTests: [{debian: true, files: [/license]}]
`, 0, "passed"},
		{"unknown.yaml", `
commandTests:
- name: a
  comand: b
`, 2, `unknown.yaml:4:3: unknown key "comand"`},
	}
}

// Test files in the format of container-structure-test give the verdicts its documentation says.
func TestStructureFiles(t *testing.T) {
	forEachStore(t, func(t *testing.T, s *scenario) {
		name := s.repository("app") + ":1"
		s.write("Dockerfile", structured)
		s.write("env", "FROM_FILE=file\n")
		s.write("mounts/note", "mounted\n")
		s.run("init", "--platform", "linux/amd64,linux/arm64").succeeds(t)
		s.run("build", "-t", name, ".").succeeds(t)
		before := 0
		for _, file := range structureFiles() {
			if s.store != containerdStore && !strings.Contains(file.text, "commandTests") {
				continue // what is in an image is read from the draft: the engine has no part in it
			}
			t.Run(file.name, func(t *testing.T) {
				text := file.text
				if text[0] != '{' {
					text = "schemaVersion: 2.0.0" + text
				}
				s.write(file.name, text)
				s.anew(t, name, before)
				before = file.code
				r := s.with("FROM_HERE=here").run("test", "--test-config", file.name, "--report", "r.xml", name).exits(t, file.code)
				assert.Assert(t, is.Contains(r.Stderr, file.says))
			})
		}
		s.nothingLeft(t)
		steps := s.docker("image", "ls", "--quiet", "--filter", "label=com.docker-multiplat.run").succeeds(t)
		assert.Equal(t, steps.Stdout, "", "images of the steps of tests are left")
	})
}
