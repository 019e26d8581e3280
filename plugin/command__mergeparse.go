package plugin

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest"
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
