package lint

// Severity says how bad a finding is.
type Severity string

// The severities, those of SARIF.
const (
	// Error: an image is wrong, or its build fails.
	Error Severity = "error"
	// Warning: it may be wrong, or it costs much.
	Warning Severity = "warning"
	// Note is worth knowing.
	Note Severity = "note"
)

// Rule is what is known of a rule.
type Rule struct {
	// ID is its name in `# check=skip=`.
	ID       string
	Severity Severity
	// Title says in one sentence what it finds.
	Title string
}

// URL is the page of the rule.
func (r Rule) URL() string {
	return "https://github.com/docker-multiplat/docker-multiplat/blob/main/docs/checks/" + r.ID + ".md"
}

// Finding is one place at which a rule has found something.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Line and EndLine are counted from 1; 0 is a finding that belongs to no line.
	Line    int `json:"line"`
	EndLine int `json:"endLine,omitempty"`
	// Platforms are those it goes wrong on.
	Platforms []string `json:"platforms,omitempty"`
	// Cause and Cure are a sentence each, Lines what to write.
	Cause string   `json:"cause"`
	Cure  string   `json:"cure,omitempty"`
	Lines []string `json:"lines,omitempty"`
	URL   string   `json:"url,omitempty"`
}

// Of makes a finding of a rule.
func (r Rule) Of(line int, cause, cure string, platforms ...string) Finding {
	return Finding{
		Rule: r.ID, Severity: r.Severity, Line: line, EndLine: line, Cause: cause, Cure: cure, URL: r.URL(),
		Platforms: platforms,
	}
}
