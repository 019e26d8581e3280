package inventory

// readPython reads the metadata of an installed Python distribution (core metadata, PEP 566): a header like that of a
// mail.
func readPython(metadata []byte) []Package {
	p := Package{Ecosystem: Python}
	for field, value := range headerFields(metadata) {
		switch string(field) {
		case "Name":
			p.Name = string(value)
		case "Version":
			p.Version = string(value)
		}
	}
	if p.Name == "" {
		return nil
	}
	return []Package{p}
}
