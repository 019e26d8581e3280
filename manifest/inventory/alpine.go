package inventory

import "bytes"

// readAlpine reads the list of installed packages of apk: paragraphs of lines that begin with a letter (apk-package(5),
// "installed" of APKv2).
func readAlpine(installed []byte) []Package {
	var list []Package
	for paragraph := range bytes.SplitSeq(installed, []byte("\n\n")) {
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
		if p.Name != "" {
			list = append(list, p)
		}
		if len(list) > maxPackages {
			break
		}
	}
	return list
}
