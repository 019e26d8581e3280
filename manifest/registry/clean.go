package registry

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// maxMessage is how much of a registry's own words is repeated, in runes.
const maxMessage = 512

// clean makes text of others fit for one line of a terminal: white space becomes
// one blank, what is not visible is written as escapes, and what is too long is
// cut.
func clean(text string) string {
	runes := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " "))
	if len(runes) <= maxMessage {
		return visible.Whole(string(runes))
	}
	return visible.Whole(string(runes[:maxMessage])) + "…"
}
