// Package report writes what came of a build or a test of all platforms, for machines and people: JUnit XML, JSON,
// Markdown, HTML. All of them are written from one [Run].
package report
