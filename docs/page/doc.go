// Package page reads the pages of the documentation: the fenced blocks of a Markdown text, and the commands that a
// block shows with what they print. Tests run them, and hold them against the real flags.
package page
