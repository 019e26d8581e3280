package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type publishOptions struct {
	platformOptions
	progressOptions
	registryOptions
	gateOptions
	archTags    string
	allowShrink bool
	allowMoved  bool
	names       []string
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
			options.names = args
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.platformOptions.addFlags(flags, "Publish exactly these platforms")
	options.progressOptions.addFlags(flags)
	options.registryOptions.addFlags(flags)
	options.gateOptions.addFlags(flags)
	flags.StringVar(&options.archTags, "arch-tags", archTagsKeep,
		`Whether each platform also gets its NAME:TAG--ARCH ("keep", "none")`)
	flags.BoolVar(&options.allowShrink, "allow-shrink", false, "Let the tag lose platforms that it serves now")
	flags.BoolVar(&options.allowMoved, "allow-moved", false, "Overwrite what others write to the tag in the meantime")
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
	return errors.Join(o.progressOptions.validate(), o.gateOptions.validate())
}

// target is one draft on its way to its tag.
type target struct {
	name       reference.NamedTagged
	repository *registry.Repository
	plan       manifest.Publication
}

func (t target) familiar() string { return reference.FamiliarString(t.name) }

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
		display, err := options.open(ctx, dockerCLI, "publishing")
		if err != nil {
			return err
		}
		results, err := options.push(ctx, dockerCLI, s, targets, display)
		if shown := display.Wait(); err == nil {
			err = shown
		}
		return errors.Join(options.report(dockerCLI, targets, results), interrupted(ctx, err))
	})
}

// push opens all repositories before it sends the first byte: a missing login of the last target must not leave
// the first ones published.
func (o *publishOptions) push(
	ctx context.Context, dockerCLI command.Cli, s *store.Store, targets []target, display progress.Writer,
) ([]manifest.Published, error) {
	client := o.client(dockerCLI, func(message string) { notify(display, message) })
	for i := range targets {
		var err error
		if targets[i].repository, err = openForPush(ctx, client, targets[i].name); err != nil {
			return nil, o.explain(targets[i], err)
		}
	}
	var results []manifest.Published
	for _, t := range targets {
		published, err := manifest.Publish(ctx, t.repository, s.Content(), t.plan, display)
		if err != nil {
			return results, o.explain(t, err)
		}
		results = append(results, published)
		if err := s.MarkPublished(ctx, t.name, published.Index); err != nil {
			return results, fail(nil, err, "", fmt.Sprintf("tag %s written; the draft does not know of it", t.familiar()))
		}
	}
	return results, nil
}

// explain adds to a failure whether the tag changed and what to run next.
func (o *publishOptions) explain(t target, err error) error {
	states := []string{fmt.Sprintf("tag %s unchanged", t.familiar())}
	var failed *manifest.PublishError
	if errors.As(err, &failed) {
		err = fmt.Errorf("publishing %q: %w", t.familiar(), failed.Err)
		states = tagStates(t, failed)
	}
	next := "docker multiplat publish " + t.familiar()
	switch {
	case errors.Is(err, manifest.ErrShrink):
		next += " --allow-shrink   (or build the missing platforms)"
	case errors.Is(err, manifest.ErrMoved):
		next += " --allow-moved   (to overwrite what the others wrote)"
	case errors.Is(err, registry.ErrRefused):
		next = "docker login " + reference.Domain(t.name)
	}
	return fail(nil, err, next, states...)
}

// tagStates says of every tag of a failed publish what it holds now.
func tagStates(t target, failed *manifest.PublishError) []string {
	states := make([]string, 0, len(failed.Written)+len(failed.Unsure)+1)
	for _, tag := range failed.Written {
		states = append(states, fmt.Sprintf("tag %s:%s written", reference.FamiliarName(t.name), tag))
	}
	for _, tag := range failed.Unsure {
		states = append(states, fmt.Sprintf("tag %s:%s perhaps written: its answer was lost",
			reference.FamiliarName(t.name), tag))
	}
	if !slices.Contains(failed.Written, t.name.Tag()) && !slices.Contains(failed.Unsure, t.name.Tag()) {
		states = append(states, fmt.Sprintf("tag %s unchanged", t.familiar()))
	}
	return states
}

// notify shows a line in the display, as a step that is done.
func notify(display progress.Writer, message string) {
	_ = progress.Wrap(message, display.Write, func(progress.SubLogger) error { return nil })
}

// report prints NAME:TAG@DIGEST of every draft that is published, and what that changed.
func (o *publishOptions) report(dockerCLI command.Cli, targets []target, results []manifest.Published) error {
	for i, published := range results {
		t := targets[i]
		if _, err := fmt.Fprintf(dockerCLI.Out(), "%s@%s\n", t.familiar(), published.Index); err != nil {
			return err
		}
		if o.silent() {
			continue
		}
		for _, change := range published.Tags {
			say(dockerCLI, "%s", changed(t, change))
		}
		if !published.Confirmed {
			say(dockerCLI, "%s does not show it yet", reference.Domain(t.name))
		}
	}
	return nil
}

func changed(t target, change manifest.TagChange) string {
	switch {
	case !change.Written:
		return fmt.Sprintf("%s held it already", t.familiar())
	case change.Old == "":
		return fmt.Sprintf("%s is new", t.familiar())
	}
	return fmt.Sprintf("%s moved from %s", t.familiar(), change.Old)
}
