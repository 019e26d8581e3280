package trust

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// refused is what the other side has against the certificate of this one. Alerts have no names in the library, only
// words.
func (s Side) refused(words string, err error) error {
	words = strings.TrimPrefix(words, "tls: ")
	switch {
	case strings.Contains(words, "expired"):
		return Because("it says that "+s.Own+" has expired, or is not valid yet by its clock",
			"make that anew, or set the clocks of both machines right", err)
	case strings.Contains(words, "required") && s.Shows: // one that no authority of theirs has signed is not even shown
		return Because("it does not take "+s.Own+", which no authority that it knows has signed",
			"give one that its authority has signed, with "+s.Give, err)
	case strings.Contains(words, "required"):
		return Because(
			"it wants a certificate of this side that an authority which it knows has signed, and has got none",
			"give one with "+s.Give,
			err,
		)
	case strings.Contains(words, "unknown certificate authority"), strings.Contains(words, "bad certificate"),
		strings.Contains(words, "unsupported certificate"), strings.Contains(words, "unknown certificate"):
		return Because("it does not take "+s.Own+" ("+words+")", "give one that its authority has signed, with "+s.Give, err)
	}
	return Because("it ends the handshake: "+visible.Line(words), "", err)
}
