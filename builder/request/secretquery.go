package request

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// checkQueries refuses queries that are secrets where the provenance would publish them: nothing but the address can
// carry them.
func (r Request) checkQueries(attests map[string]*string) error {
	provenance, set := attests["provenance"]
	without, _ := strconv.ParseBool(os.Getenv("BUILDX_NO_DEFAULT_ATTESTATIONS"))
	if provenance == nil && (set || without) {
		return nil
	}
	for _, place := range r.places() {
		if key := secretKey(place); key != "" {
			return fmt.Errorf("the provenance would publish %q of the build context %q, which is a secret; leave it out with "+
				"--provenance=false", key, Place(place))
		}
	}
	return nil
}

// secretKey is the key of a query that says by its name that it signs in: as it stands in signed links of stores of
// objects, and as hosts of repositories have it. Empty: there is none, or none that can be told.
func secretKey(place string) string {
	a, ok := parseAddress(place)
	if !ok {
		return ""
	}
	for _, part := range a.parts() {
		key, value, _ := strings.Cut(part, "=")
		if value != "" && !isOfGit(key) && signsIn(wordOf(key)) {
			return key
		}
	}
	return ""
}

// wordOf is a key without what is spelled in several ways: the prefix of a maker, dashes.
func wordOf(key string) string {
	key = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(key, "x"), "amz"), "goog")
}

// signsIn tells a word that signs in.
func signsIn(word string) bool {
	kind := func(kind string) bool { return strings.HasSuffix(word, kind) } // whosever it is, such as accesstoken
	return slices.ContainsFunc([]string{"token", "signature", "password", "secret"}, kind) ||
		slices.Contains([]string{"sig", "apikey", "secretkey", "passwd", "pwd", "jwt"}, word)
}
