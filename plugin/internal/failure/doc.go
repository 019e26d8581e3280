// Package failure is how a failure is told to the user: its class, what else there is to know, the command to run next,
// and the one switch from classes to exit codes.
package failure
