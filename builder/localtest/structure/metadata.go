package structure

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// Check returns what is wrong with the config of an image.
func (m MetadataTest) Check(config dockerspec.DockerOCIImageConfig) []string {
	env := EnvOf(config.Env)
	problems := values("environment variable", m.EnvVars, env)
	for _, variable := range m.UnboundEnvVars {
		if _, ok := env[variable.Key]; ok {
			problems = append(problems, fmt.Sprintf("environment variable %q is set", variable.Key))
		}
	}
	problems = append(problems, values("label", m.Labels, config.Labels)...)
	problems = append(problems, list("entrypoint", m.Entrypoint, config.Entrypoint)...)
	problems = append(problems, list("cmd", m.Cmd, config.Cmd)...)
	ports := slices.Collect(maps.Keys(config.ExposedPorts))
	problems = append(problems, members("port", m.ExposedPorts, m.UnexposedPorts, ports, samePort)...)
	volumes := slices.Collect(maps.Keys(config.Volumes))
	problems = append(problems, members("volume", m.Volumes, m.UnmountedVolumes, volumes,
		func(a, b string) bool { return a == b })...)
	problems = append(problems, text("workdir", m.Workdir, config.WorkingDir)...)
	return append(problems, text("user", m.User, config.User)...)
}

func values(what string, want []EnvVar, got map[string]string) []string {
	var problems []string
	for _, entry := range want {
		value, ok := got[entry.Key]
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s %q is not set", what, entry.Key))
		case entry.IsRegex && !matches(entry.Value, value):
			problems = append(problems, fmt.Sprintf("%s %q is %q, which does not match %q", what, entry.Key, value, entry.Value))
		case !entry.IsRegex && entry.Value != value:
			problems = append(problems, fmt.Sprintf("%s %q is %q, not %q", what, entry.Key, value, entry.Value))
		}
	}
	return problems
}

func list(what string, want *[]string, got []string) []string {
	if want == nil || slices.Equal(*want, got) {
		return nil
	}
	return []string{fmt.Sprintf("%s is %q, not %q", what, got, *want)}
}

func text(what, want, got string) []string {
	if want == "" || want == got {
		return nil
	}
	return []string{fmt.Sprintf("%s is %q, not %q", what, got, want)}
}

func members(what string, want, unwanted, got []string, equal func(want, got string) bool) []string {
	var problems []string
	has := func(wanted string) bool {
		return slices.ContainsFunc(got, func(g string) bool { return equal(wanted, g) })
	}
	for _, member := range want {
		if !has(member) {
			problems = append(problems, fmt.Sprintf("%s %q is not in the image", what, member))
		}
	}
	for _, member := range unwanted {
		if has(member) {
			problems = append(problems, fmt.Sprintf("%s %q is in the image", what, member))
		}
	}
	return problems
}

// samePort compares 80 or 80/tcp, as a test has it, with 80/tcp, as an image has it.
func samePort(want, got string) bool {
	port, _, _ := strings.Cut(got, "/")
	return want == got || want == port
}
