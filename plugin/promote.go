package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

type promoteOptions struct {
	progressOptions
	registryOptions
	gateOptions
	guardOptions
	metadataOptions
	timeLimitOptions
	dryRun  bool
	source  string
	targets []string
	line    commandLine
}

type promoteFunc func(context.Context, command.Cli, promoteOptions) error

func newPromoteCommand(dockerCLI command.Cli, run promoteFunc) *cobra.Command {
	var options promoteOptions
	cmd := &cobra.Command{
		Use:   "promote [OPTIONS] SOURCE TAG|NAME:TAG...",
		Short: "Give an image in a registry more tags, byte for byte",
		Long: `Give an image in a registry more tags, byte for byte.

SOURCE is NAME[:TAG] or NAME@DIGEST. A TAG alone is one of its repository; NAME:TAG may be in another registry. The
digest stays what it is, so signatures stay valid. Only what has a passed test in its attestations is promoted. Tags
are written last; until then they are what they were.`,
		Args: minimumArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.source, options.targets, options.line = args[0], args[1:], given(cmd, args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	addProgressFlags(flags, &options.progressOptions)
	options.registryOptions.addFlags(flags)
	options.addFlagsUnrecorded(flags)
	options.guardOptions.addFlags(flags)
	options.metadataOptions.addFlags(flags)
	options.timeLimitOptions.addFlags(flags)
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

func runPromote(ctx context.Context, dockerCLI command.Cli, options promoteOptions) error {
	err := errors.Join(options.progressOptions.validate(), options.gateOptions.validate(),
		options.registryOptions.validate(), options.timeLimitOptions.validate())
	if err != nil {
		return err
	}
	source, err := parseSource(options.source)
	if err != nil {
		return err
	}
	targets, err := options.parseTargets(source)
	if err != nil {
		return err
	}
	d := &delivery{dockerCLI: dockerCLI, line: options.line, targets: targets, dry: options.dryRun}
	d.progress, d.trust, d.metadata = options.progressOptions, options.registryOptions, options.metadataOptions
	d.limit = options.timeLimitOptions
	return d.show(ctx, "promoting", func(ctx context.Context) error { return options.deliver(ctx, d, source) })
}

func (o promoteOptions) parseTargets(source sourceName) ([]target, error) {
	var names []reference.NamedTagged
	for _, text := range o.targets {
		if _, err := digest.Parse(text); err == nil {
			return nil, usageError("%q is a digest; give a TAG or NAME:TAG to promote to", text)
		}
		if isTag(text) {
			text = source.name.Name() + ":" + text
		}
		name, err := parseName(text)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return groupNames(names), nil
}

// deliver publishes the very bytes of the source.
func (o promoteOptions) deliver(ctx context.Context, d *delivery, from sourceName) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	release, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	origins := manifest.NewOrigins(nil)
	source, err := sourcePlace{text: o.source, image: from}.read(ctx, d, origins)
	if err != nil {
		return d.explain(d.targets[0], err)
	}
	gate := partGate{policy: o.policy, configs: o.metadataFile != ""}
	shipped, err := gate.pass(ctx, source.Parts)
	if err != nil && !d.onlyPlanned(err) {
		return d.explain(d.targets[0], err)
	}
	for i := range d.targets {
		t := &d.targets[i]
		t.plan.Index, t.plan.Nested, t.blobs, t.images = source.Root, true, origins, shipped
		o.guard(&t.plan)
		if t.name.Name() == from.name.Name() {
			t.plan.Present = []digest.Digest{source.Root.Digest}
			for _, part := range source.Parts {
				t.plan.Unseen = append(t.plan.Unseen, unseen(origins, part)...)
			}
		}
		t.plan.MountFrom = mountFromPlaces(t.name, origins, nil)
	}
	if err := d.run(ctx); err != nil {
		return err
	}
	notify(d.display, fmt.Sprintf("%s: %s", source.Root.Digest, strings.Join(verdicts(shipped), ", ")))
	return nil
}

// verdicts says of every platform what its tests have said.
func verdicts(images []shippedImage) []string {
	words := make([]string, 0, len(images))
	for _, image := range images {
		words = append(words, manifest.FormatPlatform(image.Platform)+" "+image.Verdict)
	}
	return words
}
