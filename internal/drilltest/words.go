//go:build drill

package drilltest

import "strings"

// HostileWords are what a terminal, a CI, a browser or a reader of Markdown, XML or JSON would obey.
func HostileWords() []string {
	const forged = "forged"
	return []string{
		"\x1b[66;77H\x1b[2J" + forged, "\x1b]8;;http://evil.example\x1b\\" + forged + "\x1b]8;;\x1b\\",
		"\x1b]52;c;ZXZpbA==\x07" + forged, "\x1bP+q544e\x1b\\" + forged, "\u009b66;77H" + forged, "\u202e\u2066" + forged,
		"\rERROR: " + forged, "\nERROR: " + forged + "\n  next: rm -rf /", "\n::set-output name=x::" + forged,
		"\n  ::error file=a::" + forged, "##[error]" + forged, "##vso[task.setvariable variable=x]" + forged,
		"##teamcity[message text='" + forged + "']", "\x1b[0Ksection_start:1:x[collapsed=true]\r\x1b[0K" + forged,
		"]]><forged/><![CDATA[", "</script><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`,
		"[" + forged + "](https://evil.example)", "![x](javascript:alert(1))", "| " + forged + " | cell |\n| --- | --- |",
		"```\n" + forged + "\n```\n# " + forged, "<h1>" + forged + "</h1>\n\n<script>alert(1)</script>",
		"{{.}}{{range .}}" + forged, "$(id)`id`';id;'", "\u2028" + forged + "\u2029", "\x00" + forged, "\xff\xfe" + forged,
		"\ufffe\uffff" + forged,
		"\ufeff\u200b\u00ad\U000e0041" + forged, `"},"forged":{"a":"`, "&lt;b&gt;&#x3c;img src=x&#x3e;", "--> <!-- " + forged,
		"https://evil.example @everyone #1 www.evil.example", "%0A::error::" + forged, "\b\b\b\b" + forged + "\x7f",
		"<a href='javascript:alert(1)'>" + forged + "</a>", "*" + forged + "* __x__ ~~y~~ $x$", strings.Repeat("L", 200_000),
		strings.Repeat("\x1b[1m", 20_000),
	}
}
