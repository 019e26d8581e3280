package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/command"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/verify"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// verifyOptions are what was asked for.
type verifyOptions struct {
	registry      option.Registry
	platforms     option.Platform
	audit         option.Deep
	format        string
	requireTested bool
	reproducible  bool
	name          string
	line          advice.Line
}

// verifyFunc carries verify out.
type verifyFunc func(context.Context, command.Cli, verifyOptions) error

// newVerifyCommand makes the command.
func newVerifyCommand(dockerCLI command.Cli, run verifyFunc) *cobra.Command {
	var options verifyOptions
	cmd := &cobra.Command{
		Use:   "verify [OPTIONS] NAME[:TAG]",
		Short: "Check that what is published is whole and consistent",
		Long: `Check that what is published is whole and consistent.

Of every platform the manifest and config are read and hashed, the layers are asked for, and its attestations, its
platform and its test record are checked. --deep also downloads every layer, hashes it, and looks for programs of
another platform in it. A record says what the tests have said; it is not a signature.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name, options.line = args[0], advice.Given(cmd.Name(), cmd.Flags(), args)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.registry.AddFlags(flags)
	options.platforms.AddFlags(flags, "Check these platforms only; one that is not there is a fault")
	option.AddFormat(flags, &options.format)
	flags.BoolVar(&options.requireTested, "require-tested", false, "A platform without a passed test is a fault")
	flags.BoolVar(&options.reproducible, "require-reproducible", false,
		"A platform that no second build was recorded to have made again is a fault")
	options.audit.AddFlags(flags, "Download every layer, check its hash, and audit what is in it")
	return cmd
}

// runVerify checks what is published.
func runVerify(ctx context.Context, dockerCLI command.Cli, options verifyOptions) error {
	allow, err := options.audit.Allowed()
	if err = errors.Join(view.CheckFormat(options.format), options.registry.Validate(), err); err != nil {
		return err
	}
	name, err := ref.ParseImage(options.name)
	if err != nil {
		return err
	}
	var asked []ocispec.Platform
	if options.platforms.Values != nil {
		if asked, err = platform.Parse(options.platforms.Values); err != nil {
			return err
		}
	}
	if tag, attests := platform.AttestedTag(name.Ref); attests {
		return failure.Usage("%s is no image, but the attestations of one; verify %s instead",
			name, ref.Image{Name: name.Name, Ref: tag})
	}
	sayNotes(dockerCLI, options.platforms.Merged())
	notify := func(message string) { view.Say(dockerCLI, "%s", message) }
	client := HostOf(dockerCLI).Registries(options.registry.Trust(), notify)
	repository, err := client.Repository(ctx, name.Name, registry.Pull)
	if err != nil {
		return failure.Interrupted(ctx, fmt.Errorf("opening %q: %w", name.Name.Name(), err))
	}
	check := verify.Checker{
		Repository: repository, Platforms: asked,
		RequireTested: options.requireTested, RequireReproducible: options.reproducible,
	}
	if options.audit.Deep {
		check.Deep = verify.NewLayers(source.NewBlobs(nil), allow)
	}
	report, err := check.Verify(ctx, name.Ref)
	if err != nil {
		return failure.Interrupted(ctx, fmt.Errorf("verifying %q: %w", name, err))
	}
	keepLooks(ctx, dockerCLI, name, report, allow)
	return options.told(dockerCLI, name, report)
}

// told prints what was found; faults are an error.
func (o verifyOptions) told(dockerCLI command.Cli, name ref.Image, report verify.Report) error {
	found := view.Verification{
		Name: name.String(), Digest: report.Digest.String(), Platforms: report.Platforms, Others: report.Others,
		Within: report.Within,
		Faults: report.Faults,
	}
	var names []string
	for _, p := range report.Platforms {
		names = append(names, p.Platform)
	}
	sayNotes(dockerCLI, platform.Remarks(names))
	if err := found.Print(dockerCLI, o.format); err != nil {
		return err
	}
	if lines := view.Faults(report); len(lines) > 0 {
		return failure.Wrap(
			failure.ErrFaults,
			fmt.Errorf("verifying %q: %w:\n%s", name, failure.ErrFaults, strings.Join(lines, "\n")),
			"",
			advice.AfterVerify(report, o.line)...,
		)
	}
	return nil
}

// keepLooks has this machine know what was found in the layers of images, and says so where that cannot be.
func keepLooks(ctx context.Context, dockerCLI command.Cli, name ref.Image, report verify.Report, allow audit.Globs) {
	said := false
	for _, p := range report.Platforms {
		if p.Audit == nil {
			continue
		}
		of := trial.Identity{
			Config: p.Audit.Config, Debts: HostOf(dockerCLI).Debts(),
			Name: reference.FamiliarName(name.Name) + "@" + p.Manifest.String(),
		}
		if err := of.Looked(ctx, p.Platform, p.Audit.Report, allow); err != nil && !said {
			said = true
			view.Say(dockerCLI, "%s", trial.NotKept(err))
		}
	}
}
