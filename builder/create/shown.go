package create

import "regexp"

// ShownOptions is text with driver options in it as it may be shown: the value of a variable of the environment may be
// a password, and commas in that look like the next option, so that nothing is shown that follows it.
func ShownOptions(text string) string {
	return regexp.MustCompile(`(?s)(env\.[^=,]*=).*`).ReplaceAllString(text, "${1}xxxxx")
}
