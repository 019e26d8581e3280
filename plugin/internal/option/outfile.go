package option

import (
	"os"
	"path/filepath"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// CheckOutFile refuses a file that could not be written in the end: its folder has to be there.
func CheckOutFile(flag, path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return failure.Usage("--%s %q is a folder; name a file", flag, path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return failure.Usage("--%s %q is no regular file (%s), which is all that can be written; name another",
			flag, path, info.Mode().Type())
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return failure.Usage("there is no folder %q for --%s %q; make it first", folder, flag, path)
	}
	return nil
}

// Validate refuses a file that could not be written in the end.
func (o *Metadata) Validate() error { return CheckOutFile("metadata-file", o.MetadataFile) }
