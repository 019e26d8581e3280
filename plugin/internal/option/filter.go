package option

import (
	"errors"
	"strings"

	dockeropts "github.com/docker/cli/opts"
)

// Filter is --filter of the Docker CLI that does not take nothing for everything: an empty one, as where a variable is
// not set, would choose all there is.
type Filter struct{ dockeropts.FilterOpt }

// NewFilter makes one.
func NewFilter() Filter { return Filter{dockeropts.NewFilterOpt()} }

// Set implements [pflag.Value].
func (f *Filter) Set(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it is empty")
	}
	return f.FilterOpt.Set(text)
}
