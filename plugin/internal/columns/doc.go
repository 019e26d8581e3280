// Package columns lays out tables and texts in as many columns as a terminal has. It prints nothing.
package columns
