// Package inspect reads a draft and what is published under its name, as data to be shown side by side.
package inspect
