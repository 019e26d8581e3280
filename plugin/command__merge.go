package plugin

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// mergeOptions are what was asked for.
type mergeOptions struct {
	platforms        platformOptions
	progress         progressOptions
	registry         registryOptions
	gate             gateOptions
	guards           guardOptions
	amend            amendOptions
	metadata         metadataOptions
	limit            timeLimitOptions
	entries          entryOptions
	audit            deepOptions
	tags             []string
	from             []string
	mediaType        string
	dropAttestations bool
	dryRun           bool
	sources          []string
	line             commandLine
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
			options.sources, options.line = args, given(cmd.Name(), cmd.Flags(), args)
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
	o.platforms.addFlags(flags, "Take exactly these platforms; each must be there")
	addProgressFlags(flags, &o.progress)
	o.registry.addFlags(flags)
	o.gate.addFlags(flags)
	o.gate.addMixedFlag(flags)
	o.guards.addFlags(flags)
	o.amend.addFlags(flags)
	o.metadata.addFlags(flags)
	o.limit.addFlags(flags)
	o.entries.addFlags(flags)
	o.audit.addFlags(flags, "Audit the layers of images whose records do not show that they were audited")
	flags.StringVar(&o.mediaType, "media-type", mediaTypeOCI,
		`What to make ("oci" for an OCI index, "docker" for a Docker manifest list)`)
	flags.BoolVar(&o.dropAttestations, "drop-attestations", false,
		"Leave out provenance, SBOMs and test records, which a Docker manifest list cannot carry")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
}

// What --media-type can be.
const (
	mediaTypeOCI    = "oci"
	mediaTypeDocker = "docker"
)

// check refuses what does not go together.
func (o *mergeOptions) check() error {
	switch {
	case len(o.tags) == 0:
		return usageError("no name for the merged image; give it with -t NAME:TAG")
	case len(o.sources)+len(o.from) == 0:
		return usageError("nothing to merge; name at least one SOURCE, or a metadata file with --from")
	case o.mediaType != mediaTypeOCI && o.mediaType != mediaTypeDocker:
		return usageError("unknown --media-type %q; use oci or docker", o.mediaType)
	case o.dropAttestations && o.mediaType != mediaTypeDocker:
		return usageError("--drop-attestations is for --media-type docker; an OCI index carries them")
	}
	return nil
}

// request is what merge has in common with others, and the image to keep the platforms of.
func (o *mergeOptions) request() (r releaseRequest, amend amendment, err error) {
	r = releaseRequest{guards: o.guards.parse(), dryRun: o.dryRun, timeout: o.limit.timeLimit}
	var gateErr, amendErr error
	r.gate, gateErr = o.gate.parse()
	amend, amendErr = o.amend.parse()
	return r, amend, errors.Join(o.progress.validate(), gateErr, o.registry.validate(), amendErr, o.limit.validate())
}

// names are those of the merged image.
func (o *mergeOptions) names() ([]reference.NamedTagged, error) { return parseNames(o.tags) }

// parse says what is to be put together. Nothing is contacted.
func (o *mergeOptions) parse() (from fromSources, err error) {
	from = fromSources{
		deep: o.audit.deep, docker: o.mediaType == mediaTypeDocker, dropAttestations: o.dropAttestations,
	}
	if len(o.platforms.values) > 0 {
		if from.platforms, err = manifest.ParsePlatforms(o.platforms.values); err != nil {
			return from, err
		}
	}
	if from.changes, err = o.entries.parse(); err != nil {
		return from, err
	}
	if from.allow, err = o.audit.allowed(); err != nil {
		return from, err
	}
	from.sources, err = parsePlaces(o.sources, o.from, o.gate.allowMixed)
	return from, err
}

// runMerge puts images under one tag.
func runMerge(ctx context.Context, dockerCLI command.Cli, options mergeOptions) error {
	if err := options.check(); err != nil {
		return err
	}
	request, amend, err := options.request()
	if err != nil {
		return err
	}
	names, err := options.names()
	if err != nil {
		return err
	}
	from, err := options.parse()
	if err != nil {
		return err
	}
	from.amend = amend
	c := releasing{
		dockerCLI: dockerCLI, title: "merging", progress: options.progress, trust: options.registry.trust(),
		metadata: options.metadata, line: options.line,
	}
	return c.run(ctx, targetsOf(names), &from, request)
}
