package visible

import (
	"regexp"
	"strings"
)

// apart stands between characters that would be a link, or would notify somebody, if they stood side by side.
const apart = "<!-- -->"

// Markdown makes a text safe inside of a line, or of a table's cell, of Markdown as GitHub has it: it is no markup, no
// link, and notifies nobody.
func Markdown(text string) string {
	text = strings.NewReplacer(
		"|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
		"~", `\~`, "#", `\#`, "$", `\$`, "\n", " ", "\\", `\\`, "://", ":"+apart+"//",
	).Replace(text)
	text = regexp.MustCompile(`(^|[^0-9A-Za-z])@([0-9A-Za-z])`).ReplaceAllString(text, "${1}@"+apart+"${2}")
	return regexp.MustCompile(`(?i)\b(www)\.`).ReplaceAllString(text, "${1}"+apart+".")
}
