package plugin

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"
)

// promoteOptions are what was asked for.
type promoteOptions struct {
	progress progressOptions
	registry registryOptions
	gate     gateOptions
	guards   guardOptions
	metadata metadataOptions
	limit    timeLimitOptions
	dryRun   bool
	source   string
	targets  []string
	line     commandLine
}

// promoteFunc carries promote out.
type promoteFunc func(context.Context, command.Cli, promoteOptions) error

// newPromoteCommand makes the command.
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
			options.source, options.targets, options.line = args[0], args[1:], given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	addProgressFlags(flags, &options.progress)
	options.registry.addFlags(flags)
	options.gate.addFlagsUnrecorded(flags)
	options.guards.addFlags(flags)
	options.metadata.addFlags(flags)
	options.limit.addFlags(flags)
	flags.BoolVar(&options.dryRun, "dry-run", false, "Show what would be pushed and which tags would move")
	return cmd
}

// request is what promote has in common with others.
func (o *promoteOptions) request() (releaseRequest, error) {
	policy, err := o.gate.parse()
	r := releaseRequest{guards: o.guards.parse(), gate: policy, dryRun: o.dryRun, timeout: o.limit.timeLimit}
	return r, errors.Join(o.progress.validate(), err, o.registry.validate(), o.limit.validate())
}

// parseTargets reads the tags and names that the image is to get.
func (o *promoteOptions) parseTargets(from sourceName) ([]releaseTarget, error) {
	var names []reference.NamedTagged
	for _, text := range o.targets {
		if _, err := digest.Parse(text); err == nil {
			return nil, usageError("%q is a digest; give a TAG or NAME:TAG to promote to", text)
		}
		if isTag(text) {
			text = from.name.Name() + ":" + text
		}
		name, err := parseName(text)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return targetsOf(names), nil
}

// runPromote gives an image more tags.
func runPromote(ctx context.Context, dockerCLI command.Cli, options promoteOptions) error {
	request, err := options.request()
	if err != nil {
		return err
	}
	from, err := parseSource(options.source)
	if err != nil {
		return err
	}
	targets, err := options.parseTargets(from)
	if err != nil {
		return err
	}
	c := releasing{
		dockerCLI: dockerCLI, title: "promoting", progress: options.progress, trust: options.registry.trust(),
		metadata: options.metadata, line: options.line, recalls: true,
	}
	return c.run(ctx, targets, asItIs{source: sourcePlace{text: options.source, image: from}}, request)
}
