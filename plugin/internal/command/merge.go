package command

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
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
	archTags         option.ArchTags
	metadata         option.Metadata
	limit            option.TimeLimit
	entries          option.Entry
	audit            option.Deep
	parity           option.Parity
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
	o.archTags.AddFlags(flags)
	o.metadata.AddFlags(flags)
	o.limit.AddFlags(flags)
	o.entries.AddFlags(flags)
	o.audit.AddFlags(flags, "Audit the layers of the images, whatever their records say")
	o.parity.AddFlags(flags)
	flags.StringVar(&o.mediaType, "media-type", mediaTypeOCI,
		`What to make ("oci" for an OCI index, "docker" for a Docker manifest list)`)
	flags.BoolVar(&o.dropAttestations, "drop-attestations", false,
		"Leave out provenance, SBOMs and test records, which a Docker manifest list cannot carry or nobody can fetch")
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
		return failure.Usage("no name for the merged image; give it with -t NAME:TAG")
	case len(o.sources)+len(o.from) == 0:
		return failure.Usage("nothing to merge; name at least one SOURCE, or a metadata file with --from")
	case o.mediaType != mediaTypeOCI && o.mediaType != mediaTypeDocker:
		return failure.Usage("unknown --media-type %q; use oci or docker", o.mediaType)
	}
	return nil
}

// request is what merge has in common with others, and the image to keep the platforms of.
func (o *mergeOptions) request() (r release.Request, amend release.Amendment, err error) {
	r = release.Request{Guards: o.guards.Parse(), DryRun: o.dryRun, Timeout: o.limit.TimeLimit}
	var gateErr, amendErr, archErr error
	r.Gate, gateErr = o.gate.Parse()
	amend, amendErr = o.amend.Parse()
	r.ArchTags, archErr = o.archTags.Parse()
	return r, amend, errors.Join(
		archErr, o.progress.Validate(), gateErr, o.registry.Validate(), amendErr, o.limit.Validate(),
		o.metadata.Validate(), o.gate.CheckNames(o.sources), o.amend.CheckNames(o.sources, true))
}

// names are those of the merged image.
func (o *mergeOptions) names() ([]reference.NamedTagged, error) { return ref.ParseNames(o.tags) }

// parse says what is to be put together. Nothing is contacted.
func (o *mergeOptions) parse() (from release.FromSources, err error) {
	from = release.FromSources{
		Deep: o.audit.Deep, Docker: o.mediaType == mediaTypeDocker, DropAttestations: o.dropAttestations,
	}
	if o.platforms.Values != nil {
		if from.Platforms, err = platform.ParseStated(o.platforms.Values); err != nil {
			return from, err
		}
	}
	if from.Changes, err = o.entries.Parse(); err != nil {
		return from, err
	}
	if from.Allow, err = o.audit.Allowed(); err != nil {
		return from, err
	}
	if from.Parity, err = o.parity.ParseDeep(o.audit.Deep); err != nil {
		return from, err
	}
	from.Sources, err = release.ParsePlaces(o.sources, o.from, o.gate.AllowMixed)
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
	from.Amend = amend
	sayNotes(dockerCLI, options.platforms.Merged())
	c := releasing{
		dockerCLI: dockerCLI, title: "merging", progress: options.progress, trust: options.registry.Trust(),
		metadata: options.metadata, line: options.line,
	}
	return c.run(ctx, release.TargetsOf(names), &from, request)
}
