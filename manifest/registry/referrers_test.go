package registry

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// paging answers for referrers a page at a time; next is the Link of a page, by its query.
func paging(t *testing.T, subject digest.Digest, pages map[string]string, next map[string]string) *Repository {
	t.Helper()
	p := registrytest.New(t)
	p.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/team/app/referrers/"+subject.String() {
			return false
		}
		if link := next[r.URL.RawQuery]; link != "" {
			w.Header().Set("Link", link)
		}
		_, _ = fmt.Fprintf(w, `{"schemaVersion":2,"manifests":[%s]}`, pages[r.URL.RawQuery])
		return true
	})
	repo, _ := openRepo(t, p)
	return repo
}

func entryOf(text string) string {
	return fmt.Sprintf(`{"digest":%q,"size":1}`, digest.FromString(text))
}

// A list that comes in pages is read to its end, however the next page is named.
func TestReferrersReadsAllPages(t *testing.T) {
	subject := digest.FromString("subject")
	at := "/v2/team/app/referrers/" + subject.String()
	repo := paging(t, subject,
		map[string]string{"": entryOf("a"), "n=1&last=a": entryOf("b"), "last=b": entryOf("c")},
		map[string]string{
			"":           "<" + at + `?n=1&last=a>; rel="next"`,
			"n=1&last=a": `</other>; rel=prev, <?last=b>; rel=next`,
		})
	found, byTag, err := repo.Referrers(t.Context(), subject)
	assert.NilError(t, err)
	assert.Assert(t, !byTag)
	assert.Equal(t, len(found), 3)
	assert.Equal(t, found[2].Digest, digest.FromString("c"))
}

// A list has no more entries than anybody could want, on one page or on many, and few bytes do not become many.
func TestReferrersOfWhatIsWantedByNobody(t *testing.T) {
	subject := digest.FromString("subject")
	for name, pages := range map[string]map[string]string{
		"on a page":  {"": strings.Repeat(entryOf("a")+",", 10_000) + entryOf("b")},
		"on two":     {"": strings.Repeat(entryOf("a")+",", 6000) + entryOf("b"), "n=1": strings.Repeat(entryOf("c")+",", 6000) + "{}"},
		"of no byte": {"": strings.Repeat("{},", 1_000_000) + "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := paging(t, subject, pages, map[string]string{"": `<?n=1>; rel="next"`}).Referrers(t.Context(), subject)
			assert.ErrorIs(t, err, ErrIntegrity)
			assert.ErrorContains(t, err, " more than ")
		})
	}
}

// Pages without an end, and those that lie elsewhere, are no list.
func TestReferrersRefusesPages(t *testing.T) {
	subject := digest.FromString("subject")
	for name, link := range map[string]string{
		"itself":            `<?>; rel="next"`,
		"in a circle":       `<?last=a>; rel="next"`,
		"of another host":   `<https://elsewhere.example/v2/team/app/referrers/` + subject.String() + `?last=a>; rel="next"`,
		"of something else": `</v2/team/other/referrers/` + subject.String() + `?last=a>; rel="next"`,
		"no URL":            `<:%zz>; rel="next"`,
	} {
		t.Run(name, func(t *testing.T) {
			repo := paging(t, subject, nil, map[string]string{"": link, "last=a": link})
			_, _, err := repo.Referrers(t.Context(), subject)
			assert.ErrorIs(t, err, ErrIntegrity)
		})
	}
}
