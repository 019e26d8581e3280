// Package plugin is the `docker multiplat` command line: one file per command, option groups, the plan of a
// build and its execution, and everything that is printed.
//
// It is the only package that knows the others: it joins builder, which makes images, and manifest, which
// keeps and publishes them.
package plugin
