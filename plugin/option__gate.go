package plugin

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
)

// allPlatforms is --allow-untested without a value.
const allPlatforms = "all"

// gateOptions lift the guard that nothing untested ships.
type gateOptions struct {
	allowUntested []string
	reason        string
	allowMixed    bool
}

// addFlags binds the flags of the commands that record a waiver in the image.
func (o *gateOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.allowUntested, "allow-untested", nil,
		"Publish platforms without a passed test: all of them, or those named; recorded with --reason")
	flags.Lookup("allow-untested").NoOptDefVal = allPlatforms
	flags.StringVar(&o.reason, "reason", "", "Why --allow-untested is right; it is recorded in the image's attestation")
}

// addFlagsUnrecorded is addFlags for what leaves the image as it is.
func (o *gateOptions) addFlagsUnrecorded(flags *pflag.FlagSet) {
	o.addFlags(flags)
	flags.Lookup("allow-untested").Usage = "Publish platforms without a passed test: all of them, or those named"
	flags.Lookup("reason").Usage = "Why --allow-untested is right; it is told in --metadata-file, the image stays as it is"
}

// addMixedFlag is for the commands that put platforms together; what is one image already is of one source.
func (o *gateOptions) addMixedFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&o.allowMixed, "allow-mixed", false, "Publish platforms that were built from different sources")
}

// parse makes a policy of the flags.
func (o *gateOptions) parse() (gate.Policy, error) {
	policy := gate.Policy{Reason: o.reason}
	if o.reason != "" && o.allowUntested == nil {
		return policy, usageError("--reason %q is for --allow-untested, which is not there", o.reason)
	}
	named := slices.DeleteFunc(slices.Clone(o.allowUntested), func(v string) bool { return v == allPlatforms })
	policy.WaiveAll = len(named) < len(o.allowUntested)
	if len(named) == 0 && (policy.WaiveAll || o.allowUntested == nil) {
		return policy, nil
	}
	var err error
	policy.Waived, err = manifest.ParsePlatforms(named)
	return policy, err
}
