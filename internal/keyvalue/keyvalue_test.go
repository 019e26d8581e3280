package keyvalue_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

func open(key string) bool { return key == "type" || key == "ref" }

// What may be a secret is not told, however the line is written; what is told says which key it was.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"type=s3,ref=a":                     "type=s3,ref=a",
		"type=s3,token=CANARY,ref=a":        "type=s3,token=xxxxx,ref=a",
		"token=CANARY,CANARY":               "token=xxxxx",
		`"token=CANARY,CANARY",type=a`:      `"token=xxxxx",type=a`,
		`"token=CA""NARY",type=a`:           `"token=xxxxx",type=a`,
		`"token=CANARY`:                     `"token=xxxxx`,
		`type=a,token=CA"NARY,x=CANARY`:     "type=xxxxx",
		"CANARY":                            "xxxxx",
		"=CANARY":                           "=xxxxx",
		"token=":                            "token=",
		"Type=CANARY":                       "Type=xxxxx",
		"token=CANARY\nCANARY":              `"token=xxxxx"`,
		`"token=CANARY` + "\n" + `",type=a`: `"token=xxxxx",type=a`,
	} {
		assert.Check(t, keyvalue.Shown(text, open) == want, "%q: %q", text, keyvalue.Shown(text, open))
	}
}

// No line is told with what is behind a key that is not open.
func FuzzShown(f *testing.F) {
	for _, text := range []string{"a=b", `"a=b,c"`, `a=b"c`, "\n", `""`, `"a""=b"`, "0,c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		none := func(string) bool { return false }
		fields, err := keyvalue.Fields(text)
		shown := keyvalue.Shown(text, none)
		if err != nil {
			_, value, _ := strings.Cut(text, "=")
			assert.Assert(t, value == "" || strings.HasSuffix(shown, keyvalue.Mask), "%q", shown)
			return
		}
		if shown == "" {
			return
		}
		again, err := keyvalue.Fields(shown)
		assert.Assert(t, err == nil && len(again) <= len(fields), "%q", shown) // a secret may have commas in it
		for _, field := range again {
			key, value, named := strings.Cut(field, "=")
			assert.Assert(t, named && (value == "" || value == keyvalue.Mask) || key == keyvalue.Mask || key == "", "%q", shown)
		}
	})
}
