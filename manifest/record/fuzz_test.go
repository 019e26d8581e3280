package record_test

import (
	"testing"
	"unicode"

	digest "github.com/opencontainers/go-digest"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// FuzzParse holds that a statement which is taken for the test record of an image is one: written again, and read again,
// it says the same of that image, and nothing of another.
func FuzzParse(f *testing.F) {
	image, other := digest.FromString("image"), digest.FromString("other")
	body, err := record.Encode("app:1", image, record.Result{Result: record.Passed})
	assert.NilError(f, err)
	f.Add(body)
	second, err := record.EncodeReproduction("app:1", image, record.Reproduction{
		Result: record.Differs, Differences: []record.Difference{{Layer: 1, Path: "a", Cause: "b"}},
	})
	assert.NilError(f, err)
	f.Add(second)
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{}],"predicate":null}`))
	f.Add([]byte(`{"subject":[{"digest":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := record.Parse(body, image)
		if err == nil {
			again, err := record.Encode("app:1", image, r)
			assert.NilError(t, err)
			read, err := record.Parse(again, image)
			assert.NilError(t, err)
			assert.DeepEqual(t, read, r)
			_, err = record.Parse(again, other)
			assert.ErrorIs(t, err, record.ErrStatement)
		} else {
			assert.ErrorIs(t, err, record.ErrStatement)
		}
		p, err := record.ParseReproduction(body, image)
		if err != nil {
			assert.ErrorIs(t, err, record.ErrStatement)
			return
		}
		again, err := record.EncodeReproduction("app:1", image, p)
		assert.NilError(t, err)
		read, err := record.ParseReproduction(again, image)
		assert.NilError(t, err)
		assert.Equal(t, read.Result, p.Result)
		assert.Equal(t, len(read.Differences), len(p.Differences))
	})
}

// FuzzPrintable holds that what a person types stands in a record as one line that can be seen.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"a reason", " \x1b[2J a\nb\u202e ", "\xff\xfe", "\u00a0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := record.Printable(text)
		for _, r := range shown {
			assert.Assert(t, unicode.IsPrint(r), "%q", shown)
		}
		assert.Assert(t, len([]rune(shown)) <= 200)
		assert.Equal(t, record.Printable(shown), shown)
	})
}
