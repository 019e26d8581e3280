package visible

import (
	"regexp"
	"strings"
)

// ofLogs is how the commands of GitHub ("##["), Azure Pipelines ("##vso[") and TeamCity ("##teamcity[") begin.
const ofLogs = `##([A-Za-z]*)\[`

// Uncommanded is text of several lines that no CI takes for commands: they look for them in all that is printed, GitHub
// for "::" at the beginning of a line, too.
func Uncommanded(text string) string {
	if strings.Contains(text, "##") {
		text = regexp.MustCompile(ofLogs).ReplaceAllString(text, "# #$1[")
	}
	if !strings.Contains(text, "::") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if rest, begins := strings.CutPrefix(strings.TrimSpace(line), "::"); begins && strings.Contains(rest, "::") {
			b.WriteString("| ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// UncommandedJSON is a document of JSON that says the same, and in which no CI sees a command.
func UncommandedJSON(body []byte) []byte {
	return regexp.MustCompile(ofLogs).ReplaceAll(body, []byte(`\u0023\u0023$1[`))
}
