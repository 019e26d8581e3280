// Package command holds one file per command: flags and arguments in, a use case called, its result given to the view.
package command
