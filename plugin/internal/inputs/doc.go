// Package inputs says what a platform was built from, and what differs between the inputs of two platforms.
package inputs
