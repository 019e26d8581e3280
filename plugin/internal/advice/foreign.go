package advice

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// allowing are the flags that let the audit pass these files; none where one of them is no file of another platform:
// what is not there cannot be allowed.
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
	flags := make([]string, 0, len(files))
	for _, file := range files {
		flags = append(flags, "--allow-foreign "+quote(file))
	}
	return flags
}

// unique are the words in order, each once, without those below another in the list.
func unique(words []string) []string {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return slices.ContainsFunc(words, func(other string) bool { return strings.HasPrefix(word, other+"/") })
	})
}
