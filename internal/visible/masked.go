package visible

import "regexp"

// Masked is a text in which the passwords of addresses are not to be read, as those that were typed into a reference or
// the URL of a build context. A tag and a digest, as in app:1@sha256:…, are no password.
func Masked(text string) string {
	for _, pattern := range []string{
		`([A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^\s/:@"']*:)[^\s/"'…]+(@)`,                          // SCHEME://USER:PASSWORD@
		`(https?:/{1,2})[^\s/:@"'…]+(@)`,                                                     // https://TOKEN@
		`([^\s/:@"'=(,]+:)[^\s/"'…]+(@[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/[A-Za-z0-9._-])`, // USER:PASSWORD@HOST/
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, "${1}xxxxx$2")
	}
	return text
}
