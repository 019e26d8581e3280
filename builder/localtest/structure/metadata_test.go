package structure

import (
	"testing"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

func TestMetadata(t *testing.T) {
	config := dockerspec.DockerOCIImageConfig{ImageConfig: ocispec.ImageConfig{
		Env: []string{"A=1", "PATH=/bin"}, Labels: map[string]string{"l": "v1"}, Entrypoint: []string{"sh"},
		ExposedPorts: map[string]struct{}{"80/tcp": {}, "53/udp": {}}, Volumes: map[string]struct{}{"/v": {}},
		WorkingDir: "/w", User: "u",
	}}
	one := func(key, value string, regex bool) []EnvVar {
		return []EnvVar{{Key: key, Value: value, IsRegex: regex}}
	}
	empty, sh := []string{}, []string{"sh"}
	for _, tc := range []struct {
		name string
		test MetadataTest
		want []string
	}{
		{"all right", MetadataTest{
			EnvVars: one("A", "1", false), UnboundEnvVars: one("B", "", false), Labels: one("l", "^v\\d$", true), Entrypoint: &sh,
			Cmd: &empty, ExposedPorts: []string{"80", "53/udp"}, UnexposedPorts: []string{"81", "53/tcp"}, Volumes: []string{"/v"},
			UnmountedVolumes: []string{"/x"}, Workdir: "/w", User: "u",
		}, nil},
		{"other value", MetadataTest{EnvVars: one("A", "2", false)}, []string{`environment variable "A" is "1", not "2"`}},
		{"not matching", MetadataTest{Labels: one("l", "^x", true)}, []string{`label "l" is "v1", which does not match "^x"`}},
		{"not set", MetadataTest{Labels: one("m", "v", false)}, []string{`label "m" is not set`}},
		{"set", MetadataTest{UnboundEnvVars: one("A", "", false)}, []string{`environment variable "A" is set`}},
		{"entrypoint", MetadataTest{Entrypoint: &empty}, []string{`entrypoint is ["sh"], not []`}},
		{"cmd", MetadataTest{Cmd: &sh}, []string{`cmd is [], not ["sh"]`}},
		{"ports", MetadataTest{ExposedPorts: []string{"81"}, UnexposedPorts: []string{"80"}}, []string{`port "81" is not in the image`, `port "80" is in the image`}},
		{"volumes", MetadataTest{Volumes: []string{"/x"}, UnmountedVolumes: []string{"/v"}}, []string{`volume "/x" is not in the image`, `volume "/v" is in the image`}},
		{"workdir and user", MetadataTest{Workdir: "/", User: "root"}, []string{`workdir is "/w", not "/"`, `user is "u", not "root"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.DeepEqual(t, tc.test.Check(config), tc.want)
		})
	}
}

func TestCommandOutcome(t *testing.T) {
	test := CommandTest{
		ExpectedOutput: []string{
			"out",
		},
		ExcludedOutput: []string{"bad"},
		ExpectedError:  []string{"err"},
		ExcludedError:  []string{"worse"},
		ExitCode:       3,
	}
	assert.DeepEqual(t, test.Check(Outcome{"out", "err", 3}), []string(nil))
	assert.DeepEqual(t, test.Check(Outcome{"bad", "worse", 0}), []string{
		`stderr does not match "err"`,
		`stderr matches "worse"`,
		`stdout does not match "out"`,
		`stdout matches "bad"`,
		"exit code 0, not 3",
	})
}

func TestEnvExpands(t *testing.T) {
	env := EnvOf(
		[]string{"PATH=/bin", "EMPTY="},
	).With([]EnvVar{{Key: "PATH", Value: "/x:$PATH"}, {Key: "B", Value: "${PATH}!"}})
	assert.Equal(t, env.Expand("$B $EMPTY|$UNSET ${UNSET} $1 $$ $"), "/x:/bin! |$UNSET ${UNSET} $1 $$ $")
	assert.DeepEqual(t, env.Entries([]EnvVar{{Key: "B"}}), []string{"B=/x:/bin!"})
}

func TestScope(t *testing.T) {
	scope := Scope{Platforms: []string{"linux/amd64", "linux/arm64"}, Skip: []Skip{{"linux/arm64/v8", "too slow"}}}
	assert.Equal(t, scope.Skipped("linux/amd64"), "")
	assert.Equal(t, scope.Skipped("linux/arm64"), "too slow")
	assert.Equal(t, scope.Skipped("linux/s390x"), "it is for linux/amd64, linux/arm64 only")
	assert.Equal(t, Scope{}.Skipped("linux/s390x"), "")
}
