// Package lint finds in a Dockerfile what goes wrong on some platform. Each rule is a file; each has a page in
// docs/checks. Silencing is BuildKit's: `# check=skip=RULE`.
package lint
