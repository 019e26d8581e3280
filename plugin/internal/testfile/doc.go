// Package testfile reads the file in which a repository states its tests, for each target and each platform, with the
// exceptions from the audit that stand. What it says is given as flags of the command line, so that both mean the same.
package testfile
