package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

type verifyOptions struct {
	registryOptions
	deepOptions
	format        string
	requireTested bool
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
platform and its test record are checked. --deep also downloads every layer, hashes it, and looks for programs of
another platform in it. A record says what the tests have said; it is not a signature.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.name = args[0]
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.registryOptions.addFlags(flags)
	addFormatFlag(flags, &options.format)
	flags.BoolVar(&options.requireTested, "require-tested", false, "A platform without a passed test is a fault")
	options.deepOptions.addFlags(flags, "Download every layer, check its hash, and audit what is in it")
	return cmd
}

// verification is what verify shows.
type verification struct {
	Name      string                   `json:"name"`
	Digest    string                   `json:"digest"`
	Platforms []manifest.PlatformCheck `json:"platforms"`
	// Faults are those that belong to no platform.
	Faults []string `json:"faults,omitempty"`
}

func runVerify(ctx context.Context, dockerCLI command.Cli, options verifyOptions) error {
	allow, err := options.allowed()
	if err = errors.Join(checkFormat(options.format), options.validate(), err); err != nil {
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
	rows := newTable("PLATFORM", "LAYERS", "AUDIT", "TESTS", "FAULTS")
	for _, p := range v.Platforms {
		rows.add(p.Platform, fmt.Sprint(p.Layers), auditWord(p), cmp.Or(strings.ToLower(p.Record), "no record"),
			cmp.Or(strings.Join(p.Faults, "; "), "none"))
	}
	return rows.print(dockerCLI.Out())
}

// auditWord is the cell of the table.
func auditWord(p manifest.PlatformCheck) string {
	switch n := len(p.Foreign()); {
	case p.Audited == 0:
		return "-"
	case n > 0:
		return count(n, "error")
	}
	return "ok"
}

// faults lists what was found in lines, each with its platform.
func faults(report manifest.Report) []string {
	lines := slices.Clone(report.Faults)
	for _, p := range report.Platforms {
		for _, fault := range p.Faults {
			lines = append(lines, p.Platform+": "+fault)
		}
		lines = append(lines, auditLines(p.Platform, p.Foreign(), "docker multiplat verify --deep --format json")...)
	}
	return lines
}
