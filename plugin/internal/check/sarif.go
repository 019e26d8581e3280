package check

import (
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/lint"
)

// The parts of SARIF 2.1.0 that GitHub's code scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string      `json:"id"`
		ShortDescription sarifText   `json:"shortDescription"`
		HelpURI          string      `json:"helpUri,omitempty"`
		Default          sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level lint.Severity `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     lint.Severity   `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
		EndLine   int `json:"endLine"`
	}
)

// SARIF is a result as SARIF 2.1.0. Where the Dockerfile is said from the folder one is in, which is that of the
// repository in continuous integration.
func SARIF(r Result, version string) any {
	driver := sarifDriver{
		Name: "docker multiplat check", Version: version,
		InformationURI: "https://github.com/docker-multiplat/docker-multiplat/tree/main/docs/checks",
		Rules:          []sarifRule{},
	}
	results, place := []sarifResult{}, artifact(r.File)
	for _, f := range r.Findings {
		at := slices.IndexFunc(driver.Rules, func(known sarifRule) bool { return known.ID == f.Rule })
		if at < 0 {
			at = len(driver.Rules)
			driver.Rules = append(driver.Rules, sarifRuleOf(f))
		}
		first := max(f.Line, 1) // there is no line 0
		results = append(results, sarifResult{
			RuleID: f.Rule, RuleIndex: at, Level: f.Severity, Message: sarifText{message(f)},
			Locations: []sarifLocation{{sarifPhysical{
				place,
				sarifRegion{StartLine: first, EndLine: max(f.EndLine, first)},
			}}},
		})
	}
	return sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{{Tool: sarifTool{driver}, Results: results}},
	}
}

// sarifRuleOf describes the rule of a finding, ours or BuildKit's.
func sarifRuleOf(f lint.Finding) sarifRule {
	out := sarifRule{ID: f.Rule, ShortDescription: sarifText{f.Rule}, HelpURI: f.URL, Default: sarifConfig{f.Severity}}
	for _, known := range lint.Rules() {
		if known.ID == f.Rule {
			out.ShortDescription.Text, out.Default.Level = known.Title, known.Severity
		}
	}
	return out
}

// message is a finding in a paragraph.
func message(f lint.Finding) string {
	text := f.Cause + "."
	if len(f.Platforms) > 0 {
		text = strings.Join(f.Platforms, ", ") + ": " + text
	}
	if f.Cure != "" {
		text += " Cure: " + f.Cure + "."
	}
	if len(f.Lines) > 0 {
		text += "\n" + strings.Join(f.Lines, "\n")
	}
	return strings.ReplaceAll(text, "](", "] (") // which would be a link
}

// artifact is a file as a URI: from the folder one is in, or else whole.
func artifact(file string) sarifArtifact {
	name := fromHere(file)
	if filepath.IsAbs(name) {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: name}).EscapedPath(), URIBaseID: "%SRCROOT%"}
}

// fromHere is a path from the folder one is in.
func fromHere(file string) string {
	if here, err := os.Getwd(); err == nil && filepath.IsAbs(file) {
		if below, err := filepath.Rel(here, file); err == nil && filepath.IsLocal(below) {
			file = below
		}
	}
	return cmp.Or(filepath.ToSlash(filepath.Clean(file)), "Dockerfile")
}

// Familiar is the name of an image as people write it.
func Familiar(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image
	}
	return reference.FamiliarString(named)
}
