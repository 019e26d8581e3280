package command

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// publishOptions are what was asked for.
type publishOptions struct {
	platforms option.Platform
	progress  view.Progress
	registry  option.Registry
	gate      option.Gate
	guards    option.Guard
	amend     option.Amend
	metadata  option.Metadata
	limit     option.TimeLimit
	archTags  option.ArchTags
	byDigest  bool
	dryRun    bool
	names     []string
	line      advice.Line
	// definition names targets whose tags are the names.
	definition option.Definition
}

// publishFunc carries publish out.
type publishFunc func(context.Context, command.Cli, publishOptions) error

// NewPublishCommand makes the command.
func NewPublishCommand(dockerCLI command.Cli, run publishFunc) *cobra.Command {
	var options publishOptions
	cmd := &cobra.Command{
		Use:   "publish [OPTIONS] NAME[:TAG]... | --file FILE [TARGET...]",
		Short: "Push the tested platforms of a draft, then write its tag",
		Long: `Push the tested platforms of a draft, then write its tag.

A draft is the local, unpublished image of NAME:TAG, made by docker multiplat build. Exactly its bytes are pushed:
nothing is rebuilt, and neither builder nor engine is asked. The tag is written last, by one request; until then it
is what it was. A NAME without a tag means NAME:latest.

With --file the names are the tags of the targets of a bake or compose file, of all of its default group where no
TARGET is given. Several drafts are published together: all of them are uploaded before any tag is written.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(options.definition.Files) > 0 {
				return nil
			}
			return minimumArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			options.names, options.line = args, advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.platforms.AddFlags(flags, "Publish exactly these platforms")
	option.AddProgress(flags, &options.progress)
	options.registry.AddFlags(flags)
	options.gate.AddFlags(flags)
	options.gate.AddReproducibleFlag(flags)
	options.gate.AddMixedFlag(flags)
	options.guards.AddFlags(flags)
	options.amend.AddFlags(flags)
	options.metadata.AddFlags(flags)
	options.limit.AddFlags(flags)
	options.archTags.AddFlags(flags)
	options.definition.AddFlags(flags)
	flags.BoolVar(&options.byDigest, "by-digest", false,
		"Push everything, the index too, and move no tag; sign it, then use promote or merge --from")
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

// parse refuses what is wrong in itself; nothing is contacted.
func (o *publishOptions) parse() (from release.FromDraft, r release.Request, err error) {
	keep, err := o.archTags.Parse()
	if err != nil {
		return from, r, err
	}
	if o.byDigest && o.guards.NoOverwrite {
		return from, r, failure.Usage("--no-overwrite is about tags, and --by-digest writes none; leave one out")
	}
	from = release.FromDraft{ByDigest: o.byDigest, AllowMixed: o.gate.AllowMixed}
	r = release.Request{Guards: o.guards.Parse(), DryRun: o.dryRun, Timeout: o.limit.TimeLimit}
	r.ArchTags = keep && (!o.byDigest || o.archTags.Given)
	var gateErr, amendErr error
	r.Gate, gateErr = o.gate.Parse()
	from.Amend, amendErr = o.amend.Parse()
	err = errors.Join(o.progress.Validate(), gateErr, o.registry.Validate(), amendErr, o.limit.Validate(),
		o.metadata.Validate(), o.gate.CheckNames(o.names), o.amend.CheckNames(o.names, false))
	if err != nil {
		return from, r, err
	}
	if from.Names, err = ref.ParseNames(o.names); err != nil {
		return from, r, err
	}
	if err := checkPieces(from.Names); err != nil {
		return from, r, err
	}
	if o.platforms.Values != nil {
		from.Platforms, err = platform.ParseStated(o.platforms.Values)
	}
	return from, r, err
}

// checkPieces refuses images of one platform among drafts: they are put together where they stand.
func checkPieces(names []reference.NamedTagged) error {
	for _, name := range names {
		base, piece := platform.BaseOfArchTag(name.Tag())
		if !piece {
			continue
		}
		whole := reference.FamiliarName(name) + ":" + base
		line := advice.Line{Verb: advice.Command("merge") + " -t " + whole}
		for _, other := range ref.FamiliarNames(names) {
			if other != whole {
				line.Args = append(line.Args, other)
			}
		}
		return failure.Usage("%q is the image of one platform, and no draft; publish takes %s. To put images of a registry "+
			"together: %s", reference.FamiliarString(name), whole, line)
	}
	return nil
}

// runPublish publishes drafts.
func runPublish(ctx context.Context, dockerCLI command.Cli, options publishOptions) error {
	if err := options.resolve(ctx, dockerCLI); err != nil {
		return err
	}
	from, request, err := options.parse()
	if err != nil {
		return err
	}
	sayNotes(dockerCLI, options.platforms.Merged())
	c := releasing{
		dockerCLI: dockerCLI, title: "publishing", progress: options.progress, trust: options.registry.Trust(),
		metadata: options.metadata, line: options.line,
	}
	return c.drafts(ctx, from, request)
}

// resolve makes the names of the targets of a definition, where there is one. Nothing is contacted.
func (o *publishOptions) resolve(ctx context.Context, dockerCLI command.Cli) error {
	d := o.definition
	switch {
	case len(d.Files) == 0 && len(d.Sets)+len(d.Vars) > 0:
		return failure.Usage("--set and --var are about the targets of a file; give it with --file FILE")
	case len(d.Files) == 0:
		return nil
	case bake.Remote(o.names):
		return failure.Usage("%q: drafts are found by a definition on this machine; give one with --file FILE", o.names[0])
	}
	definitions, err := bake.Read(ctx, HostOf(dockerCLI), bake.Request{
		Args: o.names, Files: d.Files, Sets: bake.SetsOf(d.Sets), Vars: d.Vars, Stdin: view.StandardInput(dockerCLI),
	}, nil)
	if err != nil {
		return err
	}
	find := func(d *bake.Definitions) error {
		resolved, err := d.Resolve(ctx)
		if err != nil {
			return err
		}
		tags, err := resolved.Tags()
		if err != nil {
			return err
		}
		o.names = tags
		_, err = ref.ParseNames(tags)
		return err
	}
	if err := find(definitions); err != nil {
		return definitions.Blame(err, find)
	}
	if len(o.names) == 0 {
		return failure.Usage("none of the targets in %q has a tag, so that none has a draft", d.Files)
	}
	return nil
}
