package container

import (
	"bytes"
	"regexp"
)

// Partial tells that some of an output is missing: a line in it says so, whoever has kept it, or there is nothing, and
// the stream beside it says that its engine may have dropped what was written before.
func Partial(output, beside []byte) bool {
	cut := regexp.MustCompile(`(?m)^… (at least )?[0-9]+ bytes left out …$`)
	dropped := func(text []byte) bool { return bytes.HasPrefix(text, []byte(mayBeMissing)) }
	return cut.Match(output) || dropped(output) || len(output) == 0 && dropped(beside)
}
