package command

import (
	"context"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// mergeOptions are what was asked for.
type mergeOptions struct {
	platforms        option.Platform
	progress         view.Progress
	registry         option.Registry
	gate             option.Gate
	guards           option.Guard
	amend            option.Amend
	metadata         option.Metadata
	limit            option.TimeLimit
	entries          option.Entry
	audit            option.Deep
	tags             []string
	from             []string
	mediaType        string
	dropAttestations bool
	dryRun           bool
	sources          []string
	line             advice.Line
}

// mergeFunc carries merge out.
type mergeFunc func(context.Context, command.Cli, mergeOptions) error

// newMergeCommand makes the command.
func newMergeCommand(dockerCLI command.Cli, run mergeFunc) *cobra.Command {
	var options mergeOptions
	cmd := &cobra.Command{
		Use:   "merge [OPTIONS] -t NAME[:TAG] SOURCE...",
		Short: "Put images that are in registries under one tag",
		Long: `Put images that are in registries or in OCI layouts under one tag.

A SOURCE is NAME[:TAG], NAME@DIGEST or oci-layout://FOLDER[:TAG], an image of one platform or of several. Attestations
are kept, and the platform of a single image is read from its config. Images of other repositories are copied. Only
what has a passed test in its attestations is let through, and with --deep nothing that has programs of another
platform in its layers. The tag is written last, by one request; until then it is what it was. --from takes the
metadata files of docker multiplat publish --by-digest, each of another machine.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			options.sources, options.line = args, advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	options.addMergeFlags(cmd.Flags())
	return cmd
}

// addMergeFlags binds them.
func (o *mergeOptions) addMergeFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&o.tags, "tag", "t", nil, "Name of the merged image (NAME:TAG); may be given several times")
	flags.StringArrayVar(&o.from, "from", nil, "Take the image of a metadata file; may be given several times")
	o.platforms.AddFlags(flags, "Take exactly these platforms; each must be there")
	option.AddProgress(flags, &o.progress)
	o.registry.AddFlags(flags)
	o.gate.AddFlags(flags)
	o.gate.AddMixedFlag(flags)
	o.guards.AddFlags(flags)
	o.amend.AddFlags(flags)
	o.metadata.AddFlags(flags)
	o.limit.AddFlags(flags)
	o.entries.AddFlags(flags)
	o.audit.AddFlags(flags, "Audit the layers of the images, whatever their records say")
	flags.StringVar(&o.mediaType, "media-type", mediaTypeOCI,
		`What to make ("oci" for an OCI index, "docker" for a Docker manifest list)`)
	flags.BoolVar(&o.dropAttestations, "drop-attestations", false,
		"Leave out provenance, SBOMs and test records, which a Docker manifest list cannot carry")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
}
