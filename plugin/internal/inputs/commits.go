package inputs

import "strings"

// sameCommit tells two contexts that are of one commit of Git, and the same folder of it, as the provenance of both
// says; however they are spelled.
func sameCommit(a, b map[string]string, key string) bool {
	x, inX := commitOf(a, a[key])
	y, inY := commitOf(b, b[key])
	return x != "" && x == y && inX == inY
}

// commitOf is the commit that a build took of a Git context, with the folder in it; empty if that is not known.
func commitOf(source map[string]string, context string) (commit, folder string) {
	repository, fragment, _ := strings.Cut(context, "#")
	if repository == "" {
		return "", ""
	}
	_, folder, _ = strings.Cut(fragment, ":")
	for key, digest := range source {
		uri, ok := strings.CutPrefix(key, Dependency)
		if before, _, _ := strings.Cut(uri, "#"); !ok || before != repository {
			continue
		}
		if commit != "" && commit != digest {
			return "", "" // two of one repository
		}
		commit = digest
	}
	return commit, strings.Trim(folder, "/")
}
