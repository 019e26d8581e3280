package plugin

import (
	"context"
	"errors"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type publishOptions struct {
	platformOptions
	progressOptions
	registryOptions
	gateOptions
	guardOptions
	amendOptions
	metadataOptions
	timeLimitOptions
	archTags string
	byDigest bool
	dryRun   bool
	names    []string
	line     commandLine
}

type publishFunc func(context.Context, command.Cli, publishOptions) error

func newPublishCommand(dockerCLI command.Cli, run publishFunc) *cobra.Command {
	var options publishOptions
	cmd := &cobra.Command{
		Use:   "publish [OPTIONS] NAME[:TAG]...",
		Short: "Push the tested platforms of a draft, then write its tag",
		Long: `Push the tested platforms of a draft, then write its tag.

A draft is the local, unpublished image of NAME:TAG, made by docker multiplat build. Exactly its bytes are pushed:
nothing is rebuilt, and neither builder nor engine is asked. The tag is written last, by one request; until then it
is what it was. A NAME without a tag means NAME:latest.`,
		Args: minimumArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.names, options.line = args, given(cmd, args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.platformOptions.addFlags(flags, "Publish exactly these platforms")
	addProgressFlags(flags, &options.progressOptions)
	options.registryOptions.addFlags(flags)
	options.gateOptions.addFlags(flags)
	options.addMixedFlag(flags)
	options.guardOptions.addFlags(flags)
	options.amendOptions.addFlags(flags)
	options.metadataOptions.addFlags(flags)
	options.timeLimitOptions.addFlags(flags)
	flags.StringVar(&options.archTags, "arch-tags", archTagsKeep,
		`Whether each platform also gets its NAME:TAG--ARCH ("keep", "none")`)
	flags.BoolVar(&options.byDigest, "by-digest", false,
		"Push everything, the index too, and move no tag; sign it, then use promote or merge --from")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

const (
	archTagsKeep = "keep"
	archTagsNone = "none"
)

func (o *publishOptions) validate() error {
	if o.archTags != archTagsKeep && o.archTags != archTagsNone {
		return usageError("unknown --arch-tags %q; use keep or none", o.archTags)
	}
	if o.byDigest && o.noOverwrite {
		return usageError("--no-overwrite is about tags, and --by-digest writes none; leave one out")
	}
	return errors.Join(o.progressOptions.validate(), o.gateOptions.validate(), o.registryOptions.validate(),
		o.amendOptions.validate(), o.timeLimitOptions.validate())
}

func runPublish(ctx context.Context, dockerCLI command.Cli, options publishOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	names, err := parseNames(options.names)
	if err != nil {
		return err
	}
	var platforms []ocispec.Platform
	if options.values != nil {
		if platforms, err = manifest.ParsePlatforms(options.values); err != nil {
			return err
		}
	}
	return withStore(dockerCLI, func(s *store.Store) error {
		targets := make([]target, 0, len(names))
		for _, name := range names {
			t, err := options.prepare(ctx, s, name, platforms)
			if err != nil {
				return err
			}
			targets = append(targets, t)
		}
		d := &delivery{dockerCLI: dockerCLI, line: options.line, targets: slices.Clone(targets), dry: options.dryRun}
		d.progress, d.trust, d.metadata = options.progressOptions, options.registryOptions, options.metadataOptions
		d.limit = options.timeLimitOptions
		if !options.byDigest && !options.dryRun {
			d.written = func(i int) error { return markPublished(ctx, s, names[i], targets[i].plan.Index.Digest) }
		}
		return d.show(ctx, "publishing", func(ctx context.Context) error { return options.deliver(ctx, d) })
	})
}

// markPublished notes in the draft what its tag has got. One that was removed meanwhile wants no note.
func markPublished(ctx context.Context, s *store.Store, name reference.NamedTagged, published digest.Digest) error {
	if err := s.MarkPublished(ctx, name, published); !errors.Is(err, store.ErrNoDraft) {
		return err
	}
	return nil
}

// deliver signs in everywhere, then takes the locks, then carries over what is to be kept, then publishes.
func (o *publishOptions) deliver(ctx context.Context, d *delivery) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	release, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	for i := range d.targets {
		d.targets[i].plan.MountFrom = d.mountFrom(d.targets[i])
	}
	if o.amend != "" {
		for i := range d.targets {
			if err := o.carry(ctx, d, &d.targets[i]); err != nil {
				return d.explain(d.targets[i], err)
			}
		}
	}
	for _, t := range d.targets {
		d.warnOfTwins(imagesIn(t))
	}
	if o.byDigest {
		for i := range d.targets {
			// no tag is read, and a registry that wants a password says so only when it is asked for something
			t := &d.targets[i]
			if _, err := t.repository.Head(ctx, t.plan.Tags[0]); err != nil && !cerrdefs.IsNotFound(err) {
				return d.explain(*t, err)
			}
			t.plan.Tags, t.plan.ArchTags = nil, nil
		}
	}
	return d.run(ctx)
}

// refusedPush explains that a tag may not be written, before anything was made for it.
func refusedPush(name reference.NamedTagged, err error) error {
	t := target{name: reference.TrimNamed(name), plan: manifest.Publication{Tags: []string{name.Tag()}}}
	line := commandLine{verb: "docker multiplat build --push -t " + reference.FamiliarString(name), args: []string{"PATH"}}
	d := delivery{targets: []target{t}, line: line}
	return d.explain(t, err)
}
