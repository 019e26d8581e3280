package plugin

import "github.com/spf13/pflag"

// metadataOptions write down what was published.
type metadataOptions struct{ metadataFile string }

// addFlags binds them.
func (o *metadataOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.metadataFile, "metadata-file", "",
		"Write digests, platforms, attestations and test results to a JSON file, for scripts and merge --from")
}
