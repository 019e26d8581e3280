package jsonvalues_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/jsonvalues"
)

// What stands in texts is no value.
func TestCheck(t *testing.T) {
	const most = 5
	for text, good := range map[string]bool{
		`[1,2,3]`: true, `{"a":[{"b":1}]}`: true, `["` + strings.Repeat(`,[{\",`, 99) + `"]`: true, `["\\",1,2]`: true,
		"": true, "\x00[": true, `["\\",[{},{}]]`: false, `[{},{},{}]`: false, strings.Repeat("[", most+1): false,
	} {
		assert.Check(t, (jsonvalues.Check([]byte(text), most) == nil) == good, "%q", text)
	}
}
