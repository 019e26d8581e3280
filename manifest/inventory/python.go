package inventory

// readPython reads the metadata of an installed Python distribution (core metadata, PEP 566): the header, like that of
// a mail, which is its first paragraph.
func readPython(header []byte) (Package, bool) {
	p := Package{Ecosystem: Python}
	for field, value := range headerFields(header) {
		switch string(field) {
		case "Name":
			p.Name = string(value)
		case "Version":
			p.Version = string(value)
		}
	}
	return p, p.Name != ""
}
