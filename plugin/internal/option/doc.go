// Package option binds groups of flags to the requests of the use cases, and refuses what is wrong in itself.
package option
