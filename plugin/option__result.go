package plugin

import "github.com/spf13/pflag"

// addResultFlags binds the flags that name files for the result of a build.
func addResultFlags(flags *pflag.FlagSet, o *resultOptions) {
	flags.StringVar(&o.metadataFile, "metadata-file", "", "Write build result metadata to a file")
	flags.StringVar(&o.iidFile, "iidfile", "", "Write the digest of the draft's index to a file")
}
