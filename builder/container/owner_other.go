//go:build !linux

package container

// Owner is not told on this system.
func Owner() string { return "" }

// Dead is not known on this system.
func Dead(string) bool { return false }
