package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// ErrFormat says that a file name does not tell a format.
var ErrFormat = errors.New("unknown report format")

// writers are the formats by their names, which files may end in.
func writers() map[string]func(io.Writer, Run) error {
	return map[string]func(io.Writer, Run) error{
		"xml": writeJUnit, "json": writeJSON, "md": writeMarkdown, "html": writeHTML,
	}
}

// split takes PATH or FORMAT=PATH apart; the format of a PATH is what its name ends in.
func split(file string) (format, path string) {
	format, path, named := strings.Cut(file, "=")
	if named && !strings.ContainsAny(format, `./\`) {
		return strings.ToLower(format), path
	}
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")), file
}

// Path is where a report goes to that was asked for as PATH or FORMAT=PATH.
func Path(file string) string {
	_, path := split(file)
	return path
}

// Check refuses a report whose format is not known, with [ErrFormat].
func Check(file string) error {
	format, path := split(file)
	if writers()[format] == nil || path == "" {
		return fmt.Errorf("writing a report to %q: %w; use .xml (JUnit), .json, .md or .html, or name it before the path: "+
			"md=%s", file, ErrFormat, path)
	}
	return nil
}

// Write writes a report in the format that was asked for.
func Write(w io.Writer, file string, run Run) error {
	if err := Check(file); err != nil {
		return err
	}
	format, _ := split(file)
	if err := writers()[format](w, run.shown()); err != nil {
		return fmt.Errorf("writing a report to %q: %w", file, err)
	}
	return nil
}
