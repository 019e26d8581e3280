package structure

import (
	"slices"

	"github.com/opencontainers/go-digest"
	"go.yaml.in/yaml/v3"
)

// Sums tell the tests of a file apart, one for each, in order: a file that holds the sums of another holds its tests.
// What all tests of a file have in common is in each.
func (f File) Sums() []string {
	var tests []any
	for _, t := range f.CommandTests {
		tests = append(tests, t)
	}
	for _, t := range f.FileExistenceTests {
		tests = append(tests, t)
	}
	for _, t := range f.FileContentTests {
		tests = append(tests, t)
	}
	for _, t := range f.LicenseTests {
		tests = append(tests, t)
	}
	if !f.MetadataTest.IsEmpty() {
		tests = append(tests, f.MetadataTest)
	}
	options := f.ContainerRunOptions
	options.BindMounts = options.Mounts
	sums := make([]string, 0, len(tests))
	for _, t := range tests {
		const digits = 16
		body, err := yaml.Marshal([]any{f.GlobalEnvVars, options, t})
		if err != nil { // what was read can be written
			body = []byte(err.Error())
		}
		sums = append(sums, digest.FromBytes(body).Encoded()[:digits])
	}
	slices.Sort(sums)
	return slices.Compact(sums)
}
