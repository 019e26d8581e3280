package inventory

import "bytes"

// readAlpine reads a paragraph of apk's list of installed packages: lines that begin with a letter (apk-package(5),
// "installed" of APKv2).
func readAlpine(paragraph []byte) (Package, bool) {
	p := Package{Ecosystem: Alpine}
	for line := range bytes.SplitSeq(paragraph, []byte("\n")) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(key) != 1 {
			continue
		}
		switch key[0] {
		case 'P':
			p.Name = string(value)
		case 'V':
			p.Version = string(value)
		case 'A':
			p.Architecture = string(value)
		}
	}
	return p, p.Name != ""
}
