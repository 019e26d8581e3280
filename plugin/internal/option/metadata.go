package option

import "github.com/spf13/pflag"

// Metadata write down what was published.
type Metadata struct{ MetadataFile string }

// AddFlags binds them.
func (o *Metadata) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.MetadataFile, "metadata-file", "",
		"Write digests, platforms, attestations and test results to a JSON file, for scripts and merge --from")
}
