// Package plugin is the `docker multiplat` command line: the root command, and the metadata by which the Docker CLI
// finds it. The commands, what they do, and everything that is printed stand below plugin/internal.
package plugin
