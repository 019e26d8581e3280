package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

type inspectOptions struct {
	registryOptions
	format string
	local  bool
	remote bool
	raw    bool
	name   string
}

type inspectFunc func(context.Context, command.Cli, inspectOptions) error

func newInspectCommand(dockerCLI command.Cli, run inspectFunc) *cobra.Command {
	var options inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect [OPTIONS] NAME[:TAG]",
		Short: "Show a draft and what is published, side by side",
		Long: `Show a draft and what is published, side by side.

A draft is the local, unpublished image of NAME:TAG. Attestations are shown with their platform.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.addFlags(flags)
	addFormatFlag(flags, &options.format)
	flags.BoolVar(&options.raw, "raw", false, "Print what is published as the registry gives it, byte for byte")
	flags.BoolVar(&options.local, "local", false, "Show the draft only; nothing is contacted")
	flags.BoolVar(&options.remote, "remote", false, "Show what is published only")
	return cmd
}

func runInspect(ctx context.Context, dockerCLI command.Cli, options inspectOptions) error {
	if err := errors.Join(checkFormat(options.format), options.validate()); err != nil {
		return err
	}
	if options.local && options.remote {
		return usageError("--local and --remote exclude each other")
	}
	if options.raw {
		return inspectRaw(ctx, dockerCLI, options)
	}
	name, err := parseName(options.name)
	if err != nil {
		return err
	}
	view := inspection{Name: reference.FamiliarString(name)}
	if !options.remote {
		view.Draft, err = inspectDraft(ctx, dockerCLI, name)
		if err != nil && (options.local || !errors.Is(err, store.ErrNoDraft)) {
			return err
		}
	}
	var remoteErr error
	if !options.local {
		client := hostOf(dockerCLI).registries(options.trust(), func(message string) { say(dockerCLI, "%s", message) })
		view.Published, remoteErr = inspectPublished(ctx, client, name)
		if remoteErr != nil && (view.Draft == nil || !unpublished(remoteErr)) {
			remoteErr = fail(nil, fmt.Errorf("reading %q: %w", view.Name, remoteErr), "")
			if view.Draft == nil {
				return interrupted(ctx, remoteErr)
			}
		} else {
			remoteErr = nil
		}
	}
	view.compare(options, remoteErr)
	return errors.Join(view.print(dockerCLI, options.format), interrupted(ctx, remoteErr))
}

// unpublished tells that there is no such tag. An index whose parts are missing is another matter.
func unpublished(err error) bool {
	return cerrdefs.IsNotFound(err) && !errors.Is(err, registry.ErrIntegrity)
}

// inspection is what inspect shows.
type inspection struct {
	Name      string     `json:"name"`
	Draft     *imageView `json:"draft,omitempty"`
	Published *imageView `json:"published,omitempty"`
	// State compares the two: same, differs, unpublished, no draft, unknown; or says that only one was looked at.
	State string `json:"state"`
}

func (v *inspection) compare(options inspectOptions, remoteErr error) {
	switch {
	case options.local:
		v.State = "draft only"
	case options.remote:
		v.State = "published only"
	case remoteErr != nil:
		v.State = "unknown"
	case v.Draft == nil:
		v.State = "no draft"
	case v.Published == nil:
		v.State = "unpublished"
	case v.Draft.Digest == v.Published.Digest:
		v.State = "same"
	default:
		v.State = "differs"
	}
}

func inspectDraft(ctx context.Context, dockerCLI command.Cli, name reference.NamedTagged) (view *imageView, err error) {
	if _, err := os.Stat(storeFolder(dockerCLI)); errors.Is(err, os.ErrNotExist) { // looking must not make one
		return nil, fmt.Errorf("looking for %q in %q: %w",
			reference.FamiliarString(name), storeFolder(dockerCLI), store.ErrNoDraft)
	}
	err = withStore(dockerCLI, func(s *store.Store) error {
		draft, err := s.Draft(ctx, name)
		if err != nil {
			return err
		}
		view, err = viewOfDraft(ctx, s, draft)
		return err
	})
	return view, err
}

func inspectPublished(ctx context.Context, client *registry.Client, name reference.NamedTagged) (*imageView, error) {
	repository, err := client.Repository(ctx, name, registry.Pull)
	if err != nil {
		return nil, err
	}
	desc, body, err := repository.Resolve(ctx, name.Tag())
	if err != nil {
		return nil, err
	}
	view, err := viewOfPublished(ctx, repository, desc, body)
	if cerrdefs.IsNotFound(err) { // the tag is there, and something it needs is not
		err = fail(registry.ErrIntegrity, err, "")
	}
	return view, err
}

func (v *inspection) print(dockerCLI command.Cli, format string) error {
	if isTemplate(format) {
		return printTemplate(dockerCLI, format, v)
	}
	if format == formatJSON {
		encoder := json.NewEncoder(dockerCLI.Out())
		encoder.SetIndent("", "  ")
		return encoder.Encode(v)
	}
	w := dockerCLI.Out()
	if _, err := fmt.Fprintf(w, "%s (%s)\n", v.Name, v.State); err != nil {
		return err
	}
	for _, side := range []struct {
		heading string
		view    *imageView
	}{{"draft", v.Draft}, {"published", v.Published}} {
		if side.view == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s  %s\n", side.heading, side.view.Digest); err != nil {
			return err
		}
		if err := side.view.table().print(w); err != nil {
			return err
		}
	}
	return nil
}
