package option

import (
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// AmendLive stands for the image that the tag to be written holds now.
const AmendLive = "TAG"

// Amend carry platforms over from another image.
type Amend struct{ Amend string }

// AddFlags binds them.
func (o *Amend) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Amend, "amend", "",
		"Keep the other platforms of what the tag holds, or of another image (NAME:TAG, TAG or a digest)")
	flags.Lookup("amend").NoOptDefVal = AmendLive
}

// Parse says which image is meant.
func (o *Amend) Parse() (release.Amendment, error) {
	switch o.Amend {
	case "":
		return release.Amendment{}, nil
	case AmendLive:
		return release.Amendment{Live: true}, nil
	}
	image, err := ref.ParseImageAt(o.Amend, nil)
	return release.Amendment{Image: image}, err
}
