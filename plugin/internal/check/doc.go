// Package check says what will go wrong with a Dockerfile on some platform, before anything is built: the images it
// takes something from are looked up for each platform, and the rules of builder/lint and of BuildKit are run.
package check
