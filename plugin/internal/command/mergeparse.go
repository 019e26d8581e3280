package command

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

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
	case o.dropAttestations && o.mediaType != mediaTypeDocker:
		return failure.Usage("--drop-attestations is for --media-type docker; an OCI index carries them")
	}
	return nil
}

// request is what merge has in common with others, and the image to keep the platforms of.
func (o *mergeOptions) request() (r release.Request, amend release.Amendment, err error) {
	r = release.Request{Guards: o.guards.Parse(), DryRun: o.dryRun, Timeout: o.limit.TimeLimit}
	var gateErr, amendErr error
	r.Gate, gateErr = o.gate.Parse()
	amend, amendErr = o.amend.Parse()
	return r, amend, errors.Join(o.progress.Validate(), gateErr, o.registry.Validate(), amendErr, o.limit.Validate(),
		o.gate.CheckNames(o.sources), o.amend.CheckNames(o.sources, true))
}

// names are those of the merged image.
func (o *mergeOptions) names() ([]reference.NamedTagged, error) { return ref.ParseNames(o.tags) }

// parse says what is to be put together. Nothing is contacted.
func (o *mergeOptions) parse() (from release.FromSources, err error) {
	from = release.FromSources{
		Deep: o.audit.Deep, Docker: o.mediaType == mediaTypeDocker, DropAttestations: o.dropAttestations,
	}
	if len(o.platforms.Values) > 0 {
		if from.Platforms, err = platform.Parse(o.platforms.Values); err != nil {
			return from, err
		}
	}
	if from.Changes, err = o.entries.Parse(); err != nil {
		return from, err
	}
	if from.Allow, err = o.audit.Allowed(); err != nil {
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
	c := releasing{
		dockerCLI: dockerCLI, title: "merging", progress: options.progress, trust: options.registry.Trust(),
		metadata: options.metadata, line: options.line,
	}
	return c.run(ctx, release.TargetsOf(names), &from, request)
}
