package inventory

import "bytes"

// readDebian reads a paragraph of dpkg's status file, or of a part of it, as images without dpkg have one for each
// package. Its form is that of deb822(5): fields.
func readDebian(paragraph []byte) (Package, bool) {
	p, installed := Package{Ecosystem: Debian}, true
	for field, value := range headerFields(paragraph) {
		switch string(field) {
		case "Package":
			p.Name = string(value)
		case "Version":
			p.Version = string(value)
		case "Architecture":
			p.Architecture = string(value)
		case "Status": // want, flag, state
			installed = bytes.HasSuffix(value, []byte(" installed"))
		}
	}
	return p, p.Name != "" && installed
}
