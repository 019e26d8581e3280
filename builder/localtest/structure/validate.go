package structure

import (
	"regexp"
	"slices"

	"github.com/containerd/platforms"
	"go.yaml.in/yaml/v3"

	"github.com/docker-multiplat/docker-multiplat/internal/yamlfile"
)

// validator notes what the types cannot say is wrong.
type validator struct{ errs []error }

func (f *File) validate(root *yaml.Node) []error {
	var v validator
	for i, node := range yamlfile.Value(root, "commandTests").Content {
		if i < len(f.CommandTests) {
			v.command(node, f.CommandTests[i])
		}
	}
	for i, node := range yamlfile.Value(root, "fileExistenceTests").Content {
		if i < len(f.FileExistenceTests) {
			v.existence(node, f.FileExistenceTests[i])
		}
	}
	for i, node := range yamlfile.Value(root, "fileContentTests").Content {
		if i < len(f.FileContentTests) {
			t := f.FileContentTests[i]
			v.scope(node, t.Scope)
			v.needs(node, "name", t.Name)
			v.needs(node, "path", t.Path)
			v.patterns(node, "expectedContents", t.ExpectedContents)
			v.patterns(node, "excludedContents", t.ExcludedContents)
		}
	}
	v.variables(yamlfile.Value(root, "globalEnvVars"), f.GlobalEnvVars)
	if !f.MetadataTest.IsEmpty() {
		v.metadata(yamlfile.Value(root, "metadataTest"), f.MetadataTest)
	}
	if len(f.CommandTests)+len(f.FileExistenceTests)+len(f.FileContentTests)+len(f.LicenseTests) == 0 &&
		f.MetadataTest.IsEmpty() {
		v.note(root, "there is no test in it")
	}
	return v.errs
}

func (v *validator) command(node *yaml.Node, t CommandTest) {
	v.scope(node, t.Scope)
	v.needs(node, "name", t.Name)
	v.needs(node, "command", t.Command)
	for _, list := range []string{"setup", "teardown"} {
		for _, command := range yamlfile.Value(node, list).Content {
			if yamlfile.Value(node, list) != yamlfile.Resolved(node) && len(yamlfile.Resolved(command).Content) == 0 {
				v.note(command, "a command of %s is empty", list)
			}
		}
	}
	v.variables(yamlfile.Value(node, "envVars"), t.EnvVars)
	v.patterns(node, "expectedOutput", t.ExpectedOutput)
	v.patterns(node, "excludedOutput", t.ExcludedOutput)
	v.patterns(node, "expectedError", t.ExpectedError)
	v.patterns(node, "excludedError", t.ExcludedError)
}

func (v *validator) existence(node *yaml.Node, t ExistenceTest) {
	v.scope(node, t.Scope)
	v.needs(node, "name", t.Name)
	v.needs(node, "path", t.Path)
	if !slices.Contains([]string{"", "owner", "group", "other", "any"}, t.IsExecutableBy) {
		v.note(
			yamlfile.Value(node, "isExecutableBy"),
			"isExecutableBy is %q; use owner, group, other or any",
			t.IsExecutableBy,
		)
	}
}

func (v *validator) metadata(node *yaml.Node, t MetadataTest) {
	v.scope(node, t.Scope)
	v.variables(yamlfile.Value(node, "envVars"), t.EnvVars)
	v.variables(yamlfile.Value(node, "unboundEnvVars"), t.UnboundEnvVars)
	v.variables(yamlfile.Value(node, "labels"), t.Labels)
}

func (v *validator) scope(node *yaml.Node, s Scope) {
	for _, text := range s.Platforms {
		v.platform(yamlfile.Value(node, "platforms"), text)
	}
	for _, skip := range s.Skip {
		v.platform(yamlfile.Value(node, "skip"), skip.Platform)
		v.needs(yamlfile.Value(node, "skip"), "reason", skip.Reason)
	}
}

func (v *validator) platform(node *yaml.Node, text string) {
	if _, err := platforms.Parse(text); text == "" || err != nil {
		v.note(node, "unknown platform %q; give it as OS/ARCH", text)
	}
}

func (v *validator) variables(node *yaml.Node, list []EnvVar) {
	for _, variable := range list {
		v.needs(node, "key", variable.Key)
		if variable.IsRegex {
			v.pattern(node, variable.Value)
		}
	}
}

func (v *validator) patterns(node *yaml.Node, key string, patterns []string) {
	for _, pattern := range patterns {
		v.pattern(yamlfile.Value(node, key), pattern)
	}
}

func (v *validator) pattern(node *yaml.Node, pattern string) {
	if _, err := regexp.Compile(pattern); err != nil {
		v.note(node, "%q is no regular expression: %s", pattern, err)
	}
}

func (v *validator) needs(node *yaml.Node, key, value string) {
	if value == "" {
		v.note(yamlfile.Resolved(node), "%q is missing or empty", key)
	}
}

func (v *validator) note(node *yaml.Node, format string, args ...any) {
	v.errs = append(v.errs, yamlfile.At(node, format, args...))
}
