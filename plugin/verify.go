package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

type verifyOptions struct {
	registryOptions
	format        string
	requireTested bool
	deep          bool
	name          string
}

type verifyFunc func(context.Context, command.Cli, verifyOptions) error

func newVerifyCommand(dockerCLI command.Cli, run verifyFunc) *cobra.Command {
	var options verifyOptions
	cmd := &cobra.Command{
		Use:   "verify [OPTIONS] NAME[:TAG]",
		Short: "Check that what is published is whole and consistent",
		Long: `Check that what is published is whole and consistent.

Of every platform the manifest and config are read and hashed, the layers are asked for, and its attestations, its
platform and its test record are checked. --deep also downloads and hashes every layer. A record says what the tests
have said; it is not a signature.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.addFlags(flags)
	addFormatFlag(flags, &options.format)
	flags.BoolVar(&options.requireTested, "require-tested", false, "A platform without a passed test is a fault")
	flags.BoolVar(&options.deep, "deep", false, "Download every layer and check its hash")
	return cmd
}

// errFaults marks an image in which verify has found faults.
var errFaults = errors.New("faults found")

// verification is what verify shows.
type verification struct {
	Name      string                   `json:"name"`
	Digest    string                   `json:"digest"`
	Platforms []manifest.PlatformCheck `json:"platforms"`
	// Faults are those that belong to no platform.
	Faults []string `json:"faults,omitempty"`
}

func runVerify(ctx context.Context, dockerCLI command.Cli, options verifyOptions) error {
	if err := errors.Join(checkFormat(options.format), options.validate()); err != nil {
		return err
	}
	name, err := parseSource(options.name)
	if err != nil {
		return err
	}
	client := options.client(dockerCLI, func(message string) { say(dockerCLI, "%s", message) })
	repository, err := client.Repository(ctx, name.name, registry.Pull)
	if err != nil {
		return interrupted(ctx, fmt.Errorf("opening %q: %w", name.name.Name(), err))
	}
	check := manifest.Checker{Repository: repository, RequireTested: options.requireTested}
	if options.deep {
		check.Layer = manifest.HashLayer
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
	if faults := report.All(); len(faults) > 0 {
		return fail(errFaults, fmt.Errorf("verifying %q: %w: %s", name, errFaults, strings.Join(faults, "; ")), "")
	}
	return nil
}

func (v verification) print(dockerCLI command.Cli, format string) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, v)
	case format == formatJSON:
		encoder := json.NewEncoder(dockerCLI.Out())
		encoder.SetIndent("", "  ")
		return encoder.Encode(v)
	}
	if _, err := fmt.Fprintf(dockerCLI.Out(), "%s@%s\n", v.Name, v.Digest); err != nil {
		return err
	}
	rows := newTable("PLATFORM", "LAYERS", "TESTS", "FAULTS")
	for _, p := range v.Platforms {
		rows.add(p.Platform, fmt.Sprint(p.Layers), firstOf(strings.ToLower(p.Record), "no record"),
			firstOf(strings.Join(p.Faults, "; "), "none"))
	}
	return rows.print(dockerCLI.Out())
}
