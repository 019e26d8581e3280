package command

import (
	"context"
	"errors"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// diffOptions are what was asked for.
type diffOptions struct {
	registry  option.Registry
	platforms option.Platform
	progress  view.Progress
	format    string
	allLayers bool
	noTrunc   bool
	exitCode  bool
	images    []string
}

// diffFunc carries diff out.
type diffFunc func(context.Context, command.Cli, diffOptions) error

// newDiffCommand makes the command.
func newDiffCommand(dockerCLI command.Cli, run diffFunc) *cobra.Command {
	var options diffOptions
	cmd := &cobra.Command{
		Use:   "diff [OPTIONS] IMAGE [IMAGE]",
		Short: "Show what differs between platforms, or between images",
		Long: `Show what differs between the platforms of an image, or between two images.

Of one image the platforms are compared with each other: settings, packages, files. What has to differ is not counted:
the code of programs, and names of machines in paths and texts. Two images are compared platform by platform.

IMAGE is NAME[:TAG], the draft if there is one, or what is published; NAME@DIGEST; draft://NAME[:TAG] or
docker-image://NAME[:TAG], which say which of the two; or oci-layout://FOLDER[:TAG]. Nothing is run, and nothing is
stored.`,
		Args: rangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.images = args
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.registry.AddFlags(flags)
	options.platforms.AddFlags(flags, "Compare these platforms only")
	option.AddProgress(flags, &options.progress)
	flags.StringVar(&options.format, "format", view.FormatTable,
		`Format the output ("table", "json", "md", or a Go template)`)
	flags.BoolVar(&options.allLayers, "all-layers", false, "Read also the layers that both images have")
	flags.BoolVar(&options.noTrunc, "no-trunc", false, "Show all rows, in whole")
	flags.BoolVar(&options.exitCode, "exit-code", false, "Exit with 5 if something differs")
	return cmd
}

// runDiff compares images.
func runDiff(ctx context.Context, dockerCLI command.Cli, options diffOptions) error {
	err := errors.Join(view.CheckDiffFormat(options.format), options.registry.Validate(), options.progress.Validate())
	if err != nil {
		return err
	}
	request := compare.Request{AllLayers: options.allLayers, Trust: options.registry.Trust()}
	if options.platforms.Values != nil {
		if request.Platforms, err = platform.Parse(options.platforms.Values); err != nil {
			return err
		}
	}
	for _, text := range options.images {
		place, err := compare.ParsePlace(text)
		if err == nil {
			err = place.Check()
		}
		if err != nil {
			return err
		}
		request.Places = append(request.Places, place)
	}
	sayNotes(dockerCLI, options.platforms.Merged())
	display, err := options.progress.Open(ctx, dockerCLI, "comparing")
	if err != nil {
		return err
	}
	result, err := request.Run(ctx, HostOf(dockerCLI), display)
	if err == nil {
		display.GiveWay()
	}
	if err = errors.Join(err, display.Wait()); err != nil {
		return err
	}
	if err := view.Diff(dockerCLI, options.format, options.noTrunc, result); err != nil || !options.exitCode {
		return err
	}
	return view.Differ(result)
}
