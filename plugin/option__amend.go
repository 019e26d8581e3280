package plugin

import "github.com/spf13/pflag"

// amendLive stands for the image that the tag to be written holds now.
const amendLive = "TAG"

// amendOptions carry platforms over from another image.
type amendOptions struct{ amend string }

// addFlags binds them.
func (o *amendOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.amend, "amend", "",
		"Keep the other platforms of what the tag holds, or of another image (NAME:TAG, TAG or a digest)")
	flags.Lookup("amend").NoOptDefVal = amendLive
}

// parse says which image is meant.
func (o *amendOptions) parse() (amendment, error) {
	switch o.amend {
	case "":
		return amendment{}, nil
	case amendLive:
		return amendment{live: true}, nil
	}
	image, err := parseSourceAt(o.amend, nil)
	return amendment{image: image}, err
}
