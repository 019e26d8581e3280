// Package report writes what came of the tests of all platforms for machines and people: JUnit XML, JSON, Markdown, HTML.
package report
