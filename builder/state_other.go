//go:build !unix

package builder

// mayWrite is not known beforehand.
func mayWrite(string) bool { return true }
