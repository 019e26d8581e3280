package command

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/docker/cli/cli"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// FlagError refuses a flag whose value cannot be read as other bad input is refused. Code 125, which the Docker CLI
// has for all of them, is left to flags that are not there; the one that was meant is named.
func FlagError(cmd *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return invalidValue(invalid)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return failure.Usage("there is no value behind %s; see: %s --help", flagWord(bare.GetSpecifiedName()),
			cmd.CommandPath())
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if name := nearFlag(cmd, unknown.GetSpecifiedName()); name != "" {
			err = fmt.Errorf("%w; did you mean: --%s", err, name)
		}
	}
	return cli.FlagErrorFunc(cmd, err)
}

// nearFlag is the flag of a command that was meant; empty: none is near.
func nearFlag(cmd *cobra.Command, name string) string {
	var known []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return nearest(name, known)
}

// flagWord is a flag as it is typed.
func flagWord(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// invalidValue says what a flag takes in the place of what it was given.
func invalidValue(invalid *pflag.InvalidValueError) error {
	flag, why := invalid.GetFlag(), errors.Unwrap(invalid)
	if number, ok := errors.AsType[*strconv.NumError](why); ok {
		why = number.Err
	}
	fix := formOf(flag.Value.Type())
	if fix != "" {
		fix = "; give " + fix
	}
	return failure.Usage("--%s %q cannot be read: %w%s", flag.Name, invalid.GetValue(), why, fix)
}

// formOf is what a value of a type looks like; empty: the reason says it.
func formOf(kind string) string {
	return map[string]string{
		"int":      "a whole number, like 4",
		"int64":    "a whole number, like 4096",
		"float64":  "a number, like 8",
		"decimal":  "a number of CPUs, like 1.5, or 0 for all",
		"duration": "a time with its unit, like 30s or 2m",
		"bytes":    "a size, like 512m",
		"bool":     "true or false",
		"ulimit":   "a limit as NAME=SOFT[:HARD], like nofile=1024:2048",
		"filter":   "a filter as NAME=VALUE, like until=24h",
	}[kind]
}
