package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// AddResult binds the flags that name files for the result of a build.
func AddResult(flags *pflag.FlagSet, o *view.ResultFiles) {
	flags.StringVar(&o.MetadataFile, "metadata-file", "", "Write build result metadata to a file")
	flags.StringVar(&o.IidFile, "iidfile", "", "Write the digest of the draft's index to a file")
}
