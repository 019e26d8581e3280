package ref

import (
	"strings"
	"unicode"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Invalid refuses what is no reference, and says what to give: in a form as people write it, or what would be one.
func Invalid(text, form string, err error) error {
	name, _, _ := strings.Cut(text, ":")
	if name == "NAME" || name == "USER/NAME" { // typed as it stands in a help
		return failure.Usage("invalid reference %q: NAME and TAG stand for those of your image; give it as "+
			"registry.example.com/team/app:1.0 or USER/app:1.0", text)
	}
	for _, c := range text { // some look like others
		if c > unicode.MaxASCII {
			return failure.Usage("invalid reference %q: %+q in it is no letter of a to z, digit or sign that a name may have; "+
				"give it as %s", text, c, form)
		}
	}
	lower := strings.ToLower(text)
	if at := strings.LastIndex(text, ":"); at > strings.LastIndex(text, "/") {
		lower = lower[:at] + text[at:] // a tag may have capitals
	}
	if _, wrong := reference.ParseNormalizedNamed(lower); wrong == nil { // it was its capitals alone
		return failure.Usage("invalid reference %q: %s; give it as %s", text, err, lower)
	}
	return failure.Usage("invalid reference %q: %s; give it as %s", text, err, form)
}
