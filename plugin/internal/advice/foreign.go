package advice

import (
	"cmp"
	"path"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// maxAllowed is how many files or folders are named in a command: nobody pastes more.
const maxAllowed = 16

// allowing are the flags that let the audit pass these files; none where one of them is no file of another platform:
// what is not there cannot be allowed. Nor are there flags for more places than anybody would name.
func allowing(found []audit.Finding) []string {
	const few = 3 // that many files are named, of more the folders
	var files, folders []string
	for _, f := range found {
		if !f.Foreign || f.Path == "" {
			return nil
		}
		files = append(files, cmp.Or(f.Allow, f.Path))
		folders = append(folders, path.Dir(f.Path))
	}
	files = unique(files)
	if folders = unique(folders); len(files) > few && !slices.Contains(folders, "/") {
		files = nil
		for _, folder := range folders {
			files = append(files, folder+"/**")
		}
	}
	if len(files) > maxAllowed {
		return nil
	}
	flags := make([]string, 0, len(files))
	for _, file := range files {
		flags = append(flags, "--allow-foreign "+quote(file))
	}
	return flags
}

// unique are the words in order, each once, without those below another in the list.
func unique(words []string) []string {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	known := make(map[string]bool, len(words))
	for _, word := range words {
		known[word] = true
	}
	return slices.DeleteFunc(words, func(word string) bool {
		for at := len(word) - 1; at > 0; at-- {
			if word[at] == '/' && known[word[:at]] {
				return true
			}
		}
		return false
	})
}
