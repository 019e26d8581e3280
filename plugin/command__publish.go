package plugin

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// publishOptions are what was asked for.
type publishOptions struct {
	platforms platformOptions
	progress  progressOptions
	registry  registryOptions
	gate      gateOptions
	guards    guardOptions
	amend     amendOptions
	metadata  metadataOptions
	limit     timeLimitOptions
	archTags  string
	byDigest  bool
	dryRun    bool
	names     []string
	line      commandLine
}

// publishFunc carries publish out.
type publishFunc func(context.Context, command.Cli, publishOptions) error

// newPublishCommand makes the command.
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
			options.names, options.line = args, given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.platforms.addFlags(flags, "Publish exactly these platforms")
	addProgressFlags(flags, &options.progress)
	options.registry.addFlags(flags)
	options.gate.addFlags(flags)
	options.gate.addMixedFlag(flags)
	options.guards.addFlags(flags)
	options.amend.addFlags(flags)
	options.metadata.addFlags(flags)
	options.limit.addFlags(flags)
	flags.StringVar(&options.archTags, "arch-tags", archTagsKeep,
		`Whether each platform also gets its NAME:TAG--ARCH ("keep", "none")`)
	flags.BoolVar(&options.byDigest, "by-digest", false,
		"Push everything, the index too, and move no tag; sign it, then use promote or merge --from")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

// What --arch-tags can be.
const (
	archTagsKeep = "keep"
	archTagsNone = "none"
)

// parse refuses what is wrong in itself; nothing is contacted.
func (o *publishOptions) parse() (from fromDraft, r releaseRequest, err error) {
	if o.archTags != archTagsKeep && o.archTags != archTagsNone {
		return from, r, usageError("unknown --arch-tags %q; use keep or none", o.archTags)
	}
	if o.byDigest && o.guards.noOverwrite {
		return from, r, usageError("--no-overwrite is about tags, and --by-digest writes none; leave one out")
	}
	from = fromDraft{archTags: o.archTags == archTagsKeep, byDigest: o.byDigest, allowMixed: o.gate.allowMixed}
	r = releaseRequest{guards: o.guards.parse(), dryRun: o.dryRun, timeout: o.limit.timeLimit}
	var gateErr, amendErr error
	r.gate, gateErr = o.gate.parse()
	from.amend, amendErr = o.amend.parse()
	err = errors.Join(o.progress.validate(), gateErr, o.registry.validate(), amendErr, o.limit.validate())
	if err != nil {
		return from, r, err
	}
	if from.names, err = parseNames(o.names); err != nil {
		return from, r, err
	}
	if o.platforms.values != nil {
		from.platforms, err = manifest.ParsePlatforms(o.platforms.values)
	}
	return from, r, err
}

// runPublish publishes drafts.
func runPublish(ctx context.Context, dockerCLI command.Cli, options publishOptions) error {
	from, request, err := options.parse()
	if err != nil {
		return err
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: options.progress, trust: options.registry.trust(),
		metadata: options.metadata, line: options.line,
	}
	return c.drafts(ctx, from, request)
}
