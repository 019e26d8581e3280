// Package engine reads the facts of a Docker Engine: what it is, what it runs without an emulator, how it reaches
// registries. It changes nothing.
package engine
