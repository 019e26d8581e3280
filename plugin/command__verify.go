package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// verifyOptions are what was asked for.
type verifyOptions struct {
	registry      registryOptions
	audit         deepOptions
	format        string
	requireTested bool
	name          string
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
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.registry.addFlags(flags)
	addFormatFlag(flags, &options.format)
	flags.BoolVar(&options.requireTested, "require-tested", false, "A platform without a passed test is a fault")
	options.audit.addFlags(flags, "Download every layer, check its hash, and audit what is in it")
	return cmd
}

// runVerify checks what is published.
func runVerify(ctx context.Context, dockerCLI command.Cli, options verifyOptions) error {
	allow, err := options.audit.allowed()
	if err = errors.Join(checkFormat(options.format), options.registry.validate(), err); err != nil {
		return err
	}
	name, err := parseSource(options.name)
	if err != nil {
		return err
	}
	notify := func(message string) { say(dockerCLI, "%s", message) }
	client := hostOf(dockerCLI).registries(options.registry.trust(), notify)
	repository, err := client.Repository(ctx, name.name, registry.Pull)
	if err != nil {
		return interrupted(ctx, fmt.Errorf("opening %q: %w", name.name.Name(), err))
	}
	check := manifest.Checker{Repository: repository, RequireTested: options.requireTested}
	if options.audit.deep {
		check.Deep = manifest.NewDeep(manifest.NewOrigins(nil), allow)
	}
	report, err := check.Verify(ctx, name.ref)
	if err != nil {
		return interrupted(ctx, fmt.Errorf("verifying %q: %w", name, err))
	}
	found := verification{
		Name: name.String(), Digest: report.Digest.String(), Platforms: report.Platforms, Faults: report.Faults,
	}
	if err := found.print(dockerCLI, options.format); err != nil {
		return err
	}
	if lines := faults(report); len(lines) > 0 {
		return fail(errFaults, fmt.Errorf("verifying %q: %w:\n%s", name, errFaults, strings.Join(lines, "\n")), "")
	}
	return nil
}
