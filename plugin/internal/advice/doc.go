// Package advice leads from an error to the command to run next, as it was given. It alone knows our
// commands and flags by name.
package advice
