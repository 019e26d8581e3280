//go:build !unix

package store

// syncFolder has nothing to do where folders cannot be flushed.
func syncFolder(string) error {
	return nil
}
