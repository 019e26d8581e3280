package plugin

import (
	"context"
	"errors"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

type mergeOptions struct {
	platformOptions
	progressOptions
	registryOptions
	gateOptions
	guardOptions
	amendOptions
	metadataOptions
	timeLimitOptions
	entryOptions
	deepOptions
	tags             []string
	from             []string
	mediaType        string
	dropAttestations bool
	dryRun           bool
	sources          []string
	line             commandLine
}

type mergeFunc func(context.Context, command.Cli, mergeOptions) error

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
			options.sources, options.line = args, given(cmd, args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(
		&options.tags,
		"tag",
		"t",
		nil,
		"Name of the merged image (NAME:TAG); may be given several times",
	)
	flags.StringArrayVar(&options.from, "from", nil, "Take the image of a metadata file; may be given several times")
	options.platformOptions.addFlags(flags, "Take exactly these platforms; each must be there")
	addProgressFlags(flags, &options.progressOptions)
	options.registryOptions.addFlags(flags)
	options.gateOptions.addFlags(flags)
	options.addMixedFlag(flags)
	options.guardOptions.addFlags(flags)
	options.amendOptions.addFlags(flags)
	options.metadataOptions.addFlags(flags)
	options.timeLimitOptions.addFlags(flags)
	options.entryOptions.addFlags(flags)
	options.deepOptions.addFlags(flags, "Audit the layers of images whose records do not show that they were audited")
	flags.StringVar(&options.mediaType, "media-type", mediaTypeOCI,
		`What to make ("oci" for an OCI index, "docker" for a Docker manifest list)`)
	flags.BoolVar(&options.dropAttestations, "drop-attestations", false,
		"Leave out provenance, SBOMs and test records, which a Docker manifest list cannot carry")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

const (
	mediaTypeOCI    = "oci"
	mediaTypeDocker = "docker"
)

// merging is what merge was asked for, parsed.
type merging struct {
	mergeOptions
	platforms []ocispec.Platform
	places    []sourcePlace
	entries   entryChanges
	allow     audit.Globs
	indexType string
}

func (o mergeOptions) parse() (m merging, targets []target, err error) {
	m = merging{mergeOptions: o}
	switch {
	case len(o.tags) == 0:
		return m, nil, usageError("no name for the merged image; give it with -t NAME:TAG")
	case len(o.sources)+len(o.from) == 0:
		return m, nil, usageError("nothing to merge; name at least one SOURCE, or a metadata file with --from")
	}
	switch o.mediaType {
	case mediaTypeOCI:
		m.indexType = ocispec.MediaTypeImageIndex
	case mediaTypeDocker:
		m.indexType = images.MediaTypeDockerSchema2ManifestList
	default:
		return m, nil, usageError("unknown --media-type %q; use oci or docker", o.mediaType)
	}
	if o.dropAttestations && o.mediaType != mediaTypeDocker {
		return m, nil, usageError("--drop-attestations is for --media-type docker; an OCI index carries them")
	}
	err = errors.Join(o.progressOptions.validate(), m.gateOptions.validate(), o.registryOptions.validate(),
		o.amendOptions.validate(), o.timeLimitOptions.validate())
	if err != nil {
		return m, nil, err
	}
	names, err := parseNames(o.tags)
	if err != nil {
		return m, nil, err
	}
	if len(o.values) > 0 {
		if m.platforms, err = manifest.ParsePlatforms(o.values); err != nil {
			return m, nil, err
		}
	}
	if m.entries, err = o.entryOptions.parse(); err != nil {
		return m, nil, err
	}
	if m.allow, err = o.allowed(); err != nil {
		return m, nil, err
	}
	m.places, err = parsePlaces(o.sources, o.from, o.allowMixed)
	return m, groupNames(names), err
}

func runMerge(ctx context.Context, dockerCLI command.Cli, options mergeOptions) error {
	m, targets, err := options.parse()
	if err != nil {
		return err
	}
	d := &delivery{dockerCLI: dockerCLI, targets: targets, dry: options.dryRun, line: options.line}
	d.progress, d.trust, d.metadata = options.progressOptions, options.registryOptions, options.metadataOptions
	d.limit = options.timeLimitOptions
	return d.show(ctx, "merging", func(ctx context.Context) error { return m.deliver(ctx, d) })
}

// deliver reads the sources once all targets were signed in to, puts them together, and publishes.
func (m merging) deliver(ctx context.Context, d *delivery) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	release, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	origins := manifest.NewOrigins(nil)
	parts, shipped, err := m.assemble(ctx, d, origins)
	if err != nil {
		return d.explain(d.targets[0], err)
	}
	body, desc, err := manifest.BuildIndexAs(m.indexType, manifest.Images(parts), m.entries.index)
	if err != nil {
		return d.explain(d.targets[0], err)
	}
	origins.Keep(desc, body)
	for i := range d.targets {
		t := &d.targets[i]
		t.plan.Index, t.blobs, t.images = desc, origins, shipped
		m.guard(&t.plan)
		t.settle(origins, parts)
	}
	return d.run(ctx)
}

// assemble chooses the parts, and asks the gate.
func (m merging) assemble(
	ctx context.Context, d *delivery, origins *manifest.Origins,
) ([]manifest.Part, []shippedImage, error) {
	parts, err := readPlaces(ctx, d, m.places, origins)
	if err != nil {
		return nil, nil, err
	}
	if parts, err = m.entries.setPlatforms(parts, m.mediaType == mediaTypeOCI); err != nil {
		return nil, nil, err
	}
	if err := checkCopied(ctx, d.targets, parts, origins); err != nil {
		return nil, nil, err
	}
	if parts, err = manifest.Choose(parts, m.platforms); err != nil {
		return nil, nil, err
	}
	if m.amend != "" {
		base, err := m.base(ctx, d, &d.targets[0], origins)
		if err != nil {
			return nil, nil, err
		}
		parts = manifest.Amend(parts, base.Parts)
		m.entries.keep(base.Annotations, m.mediaType)
	}
	d.warnOfTwins(manifest.Images(parts))
	gate := partGate{policy: m.policy, name: reference.FamiliarName(d.targets[0].name), origins: origins}
	gate.configs = m.metadataFile != ""
	shipped, err := gate.pass(ctx, parts)
	if err != nil && !d.onlyPlanned(err) {
		return nil, nil, err
	}
	if m.deep {
		if err := m.auditParts(ctx, d, origins, parts, shipped); err != nil {
			return nil, nil, err
		}
	}
	if m.mediaType == mediaTypeDocker {
		if err := m.asDockerList(d, parts, shipped); err != nil {
			return nil, nil, err
		}
	}
	return parts, shipped, m.entries.annotate(parts)
}
