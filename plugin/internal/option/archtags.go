package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// What --arch-tags can be.
const (
	ArchTagsKeep = "keep"
	ArchTagsNone = "none"
)

// ArchTags says whether what an index names gets tags of its own.
type ArchTags struct {
	Value string
	// Given tells that it was said, and is not the default.
	Given bool
}

var _ pflag.Value = (*ArchTags)(nil)

// AddFlags binds it.
func (o *ArchTags) AddFlags(flags *pflag.FlagSet) {
	o.Value = ArchTagsKeep
	flags.Var(o, "arch-tags",
		`Whether each platform and its attestations also get a tag, NAME:TAG--ARCH[.att] ("keep", "none")`)
}

// String implements [pflag.Value].
func (o *ArchTags) String() string { return o.Value }

// Type implements [pflag.Value].
func (o *ArchTags) Type() string { return "string" }

// Set implements [pflag.Value].
func (o *ArchTags) Set(value string) error {
	o.Value, o.Given = value, true
	return nil
}

// Parse tells whether there are to be such tags.
func (o *ArchTags) Parse() (keep bool, err error) {
	if o.Value != ArchTagsKeep && o.Value != ArchTagsNone {
		return false, failure.Usage("unknown --arch-tags %q; use keep or none", o.Value)
	}
	return o.Value == ArchTagsKeep, nil
}
