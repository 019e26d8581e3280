package option

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// AmendLive stands for the image that the tag to be written holds now.
const AmendLive = "TAG"

// Amend carry platforms over from another image.
type Amend struct {
	Amend string

	flag *pflag.Flag
}

// AddFlags binds them.
func (o *Amend) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Amend, "amend", "",
		"Keep the other platforms of what the tag holds, or of another image (NAME:TAG, TAG or a digest)")
	o.flag = flags.Lookup("amend")
	o.flag.NoOptDefVal = AmendLive
}

// CheckNames refuses a bare word before other names: the value of a flag that may stand alone has to follow "=". more
// tells that the command has names elsewhere, too.
func (o *Amend) CheckNames(names []string, more bool) error {
	if o.Amend != AmendLive || len(names) == 0 || len(names) == 1 && !more || strings.ContainsAny(names[0], "/:@") {
		return nil
	}
	if len(names) > 1 && !strings.ContainsAny(strings.Join(names[1:], ""), "/:@") {
		return nil // all are written so
	}
	return failure.Usage("is %q a name, or the image to keep platforms of? write --amend=%s, or %s:latest", names[0],
		names[0], names[0])
}

// Parse says which image is meant.
func (o *Amend) Parse() (release.Amendment, error) {
	switch o.Amend {
	case "":
		if o.flag != nil && o.flag.Changed { // a variable that is not set: without the platforms it is another image
			return release.Amendment{}, failure.Usage("--amend is empty; give the image to keep platforms of, or --amend alone")
		}
		return release.Amendment{}, nil
	case AmendLive:
		return release.Amendment{Live: true}, nil
	}
	image, err := ref.ParseImageAt(o.Amend, nil)
	if err != nil {
		return release.Amendment{}, failure.Usage("--amend: %w", err)
	}
	return release.Amendment{Image: image}, nil
}
