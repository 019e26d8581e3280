package request

import (
	"regexp"
	"slices"

	bkurlutil "github.com/moby/buildkit/util/urlutil"
)

// Place is a context as it may be shown: an address without user, password, and what a query may hold in secret.
func Place(context string) string {
	parts := regexp.MustCompile(`([?&])([^=&#]*)=([^&#]*)`)
	return parts.ReplaceAllStringFunc(bkurlutil.RedactCredentials(context), func(part string) string {
		found := parts.FindStringSubmatch(part)
		ofGit := []string{"ref", "tag", "branch", "commit", "checksum", "subdir", "submodules", "keep-git-dir"}
		if slices.Contains(ofGit, found[2]) {
			return part
		}
		return found[1] + found[2] + "=xxxxx"
	})
}
