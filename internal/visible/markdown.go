package visible

import "strings"

// Markdown makes a text safe inside of a line, or of a table's cell, of Markdown as GitHub has it.
func Markdown(text string) string {
	return strings.NewReplacer(
		"|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
		"~", `\~`, "#", `\#`, "$", `\$`, "\n", " ", "\\", `\\`,
	).Replace(text)
}
