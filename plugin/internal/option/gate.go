package option

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// AllPlatforms is --allow-untested without a value.
const AllPlatforms = "all"

// Gate lift the guard that nothing untested ships.
type Gate struct {
	AllowUntested []string
	Reason        string
	AllowMixed    bool
	// Reproducible refuses what no second build has made again.
	Reproducible bool
}

// AddFlags binds the flags of the commands that record a waiver in the image.
func (o *Gate) AddFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.AllowUntested, "allow-untested", nil,
		"Publish platforms without a passed test: all of them, or those named; recorded with --reason")
	flags.Lookup("allow-untested").NoOptDefVal = AllPlatforms
	flags.StringVar(&o.Reason, "reason", "", "Why --allow-untested is right; it is recorded in the image's attestation")
}

// AddFlagsUnrecorded is addFlags for what leaves the image as it is.
func (o *Gate) AddFlagsUnrecorded(flags *pflag.FlagSet) {
	o.AddFlags(flags)
	flags.Lookup("allow-untested").Usage = "Publish platforms without a passed test: all of them, or those named"
	flags.Lookup("reason").Usage = "Why --allow-untested is right; it is told in --metadata-file, the image stays as it is"
}

// AddReproducibleFlag is for what publishes drafts: the record of a second build is no signature, and is believed only
// where it was made.
func (o *Gate) AddReproducibleFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&o.Reproducible, "require-reproducible", false,
		"Refuse platforms that docker multiplat reproduce has not recorded to be the same when they are built again")
}

// AddMixedFlag is for the commands that put platforms together; what is one image already is of one source.
func (o *Gate) AddMixedFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&o.AllowMixed, "allow-mixed", false, "Publish platforms that were built from different sources")
}

// CheckNames refuses platforms among the names: the value of a flag that may stand alone has to follow "=".
func (o *Gate) CheckNames(names []string) error {
	if !slices.Contains(o.AllowUntested, AllPlatforms) {
		return nil
	}
	for i, name := range names {
		// a word without a slash may be a name or a tag, but behind the flags
		if i > 0 && !strings.Contains(name, "/") || !isPlatforms(name) {
			continue
		}
		return failure.Usage("%q is a platform and no name; to let it through untested: --allow-untested=%s", name, name)
	}
	return nil
}

// isPlatforms tells that a word is a platform, or several in commas.
func isPlatforms(word string) bool {
	_, err := platform.Parse(strings.Split(word, ","))
	return err == nil && !strings.ContainsAny(word, ":@")
}

// Parse makes a policy of the flags.
func (o *Gate) Parse() (gate.Policy, error) {
	policy := gate.Policy{Reason: o.Reason, RequireReproducible: o.Reproducible}
	if o.Reason != "" && o.AllowUntested == nil {
		return policy, failure.Usage("--reason %q is for --allow-untested, which is not there", o.Reason)
	}
	named := slices.DeleteFunc(slices.Clone(o.AllowUntested), func(v string) bool { return v == AllPlatforms })
	policy.WaiveAll = len(named) < len(o.AllowUntested)
	if len(named) == 0 && (policy.WaiveAll || o.AllowUntested == nil) {
		return policy, nil
	}
	var err error
	if policy.Waived, err = platform.Parse(named); err != nil {
		return policy, failure.Usage("--allow-untested: %w", err)
	}
	return policy, nil
}
