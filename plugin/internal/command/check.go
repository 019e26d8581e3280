package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/builder/lint"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

// The values of --fail-on.
const (
	failOnError   = "error"
	failOnWarning = "warning"
	failOnNever   = "never"
)

// checkOptions are what is to be checked, and how that is shown.
type checkOptions struct {
	option.Builder
	option.Platform
	option.Registry
	view.Progress
	request request.Request
	format  string
	failOn  string
}

// checkFunc carries check out.
type checkFunc func(context.Context, command.Cli, checkOptions) error

// newCheckCommand makes the command.
func newCheckCommand(dockerCLI command.Cli, run checkFunc) *cobra.Command {
	var options checkOptions
	cmd := &cobra.Command{
		Use:   "check [OPTIONS] PATH | URL | -",
		Short: "Say what a Dockerfile does wrong on some platform",
		Long: `Say what a Dockerfile does wrong on some platform, in seconds, without building anything.

Every image that the target takes something from is looked up for every platform, as the builder would: with its
mirrors, and with the credentials of the Docker CLI. Rules about platforms are run over the Dockerfile, and BuildKit's
own checks with them. A rule is silenced as BuildKit's are: # check=skip=RULE. No builder is started; where none runs,
the registries are asked from here. Exit code 5: something was found that does not work.`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options.request.Context = args[0]
			options.request.Stdin = view.StandardInput(dockerCLI)
			return run(cmd.Context(), dockerCLI, options)
		},
	}
	flags := cmd.Flags()
	options.Builder.AddFlags(flags)
	options.Platform.AddFlags(flags, "Set target platforms that are looked at")
	options.Registry.AddFlags(flags)
	option.AddProgress(flags, &options.Progress)
	option.AddSource(flags, &options.request)
	flags.StringVar(&options.format, "format", view.FormatTable,
		`Format the output ("table", "json", "sarif", or a Go template)`)
	flags.StringVar(&options.failOn, "fail-on", failOnError,
		`Which findings end in exit code 5 ("error", "warning", "never")`)
	return cmd
}

// validate refuses what is wrong in itself; nothing is contacted.
func (o *checkOptions) validate() error {
	if o.failOn != failOnError && o.failOn != failOnWarning && o.failOn != failOnNever {
		return failure.Usage("unknown --fail-on %q; use error, warning or never", o.failOn)
	}
	return errors.Join(o.CheckName(false), o.Progress.Validate(), view.CheckLintFormat(o.format), o.Registry.Validate(),
		o.request.Check(), request.CheckContext(o.request.Context, o.request.File))
}

// runCheck checks, and shows what was found.
func runCheck(ctx context.Context, dockerCLI command.Cli, options checkOptions) error {
	if err := options.validate(); err != nil {
		return err
	}
	r, err := options.plan(dockerCLI)
	if err != nil {
		return err
	}
	display, err := options.Open(ctx, dockerCLI, "checking")
	if err != nil {
		return err
	}
	result, err := check.Run(ctx, HostOf(dockerCLI), r, display)
	if err == nil {
		display.GiveWay()
	}
	if shown := display.Wait(); err == nil {
		err = shown
	}
	if err != nil {
		return failure.Interrupted(ctx, err)
	}
	if err := view.Check(dockerCLI, result, options.format, options.Silent()); err != nil {
		return err
	}
	return options.verdict(result)
}

// plan finds the builder and the platforms. A builder that was not named need not be there.
func (o *checkOptions) plan(dockerCLI command.Cli) (check.Request, error) {
	r := check.Request{Build: o.request, Trust: o.Trust()}
	known, err := machine.ReadRecord(HostOf(dockerCLI))
	if err != nil {
		return r, advice.AfterMachine(HostOf(dockerCLI), err)
	}
	var missing error
	if r.Builder, missing = advice.ResolveBuilder(HostOf(dockerCLI), o.Name); missing != nil {
		r.Builder = ""
	}
	chosen, err := o.Choose(known.Prepared(HostOf(dockerCLI), r.Builder))
	if err != nil {
		return r, err
	}
	r.Build.Platforms = chosen.Platforms
	if o.Name != "" {
		return r, missing
	}
	return r, nil
}

// verdict is the error of a check that has found what is not to be.
func (o *checkOptions) verdict(r check.Result) error {
	failing := r.Count(lint.Error)
	if o.failOn == failOnWarning || r.Strict {
		failing = r.Count(lint.Warning)
	}
	if failing == 0 || o.failOn == failOnNever {
		return nil
	}
	counts := []string{view.Count(r.Count(lint.Error), "error")}
	if n := r.Count(lint.Warning) - r.Count(lint.Error); n > 0 {
		counts = append(counts, view.Count(n, "warning"))
	}
	return failure.Wrap(failure.ErrFindings,
		fmt.Errorf("checking %q: %s", r.File, strings.Join(counts, ", ")), "", "nothing was built")
}
