package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/manifest/parity"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Parity says what is done where the platforms are not the same app.
type Parity struct {
	Required bool
	Allowed  []string
}

// AddFlags binds them.
func (o *Parity) AddFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.Required, "require-parity", false,
		"Fail platforms that are not the same app as the others: packages, start, size")
	flags.StringArrayVar(&o.Allowed, "allow-difference", nil,
		`Difference between platforms that is meant: a package (e.g., "nvidia-*"), entrypoint, cmd, user, or size`)
}

// Parse parses them.
func (o *Parity) Parse() (trial.Parity, error) {
	allow, err := parity.ParseAllowed(o.Allowed)
	if err != nil {
		return trial.Parity{}, failure.Usage("--allow-difference %w", err)
	}
	return trial.Parity{Required: o.Required, Allow: allow}, nil
}

// ParseDeep parses them where they are for --deep.
func (o *Parity) ParseDeep(deep bool) (trial.Parity, error) {
	switch {
	case deep:
	case o.Required:
		return trial.Parity{}, failure.Usage("--require-parity is for --deep, which is not there")
	case len(o.Allowed) > 0:
		return trial.Parity{}, failure.Usage("--allow-difference %q is for --deep, which is not there", o.Allowed[0])
	}
	return o.Parse()
}
