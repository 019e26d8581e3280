package visible_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// A password in an address is not told; names, tags, digests and those who sign in without one are.
func TestMasked(t *testing.T) {
	for text, want := range map[string]string{
		`invalid reference "someone:canary@reg.example:5000/app:1": x`: `invalid reference "someone:xxxxx@reg.example:5000/app:1": x`,
		`"https://someone:canary@reg.example/app"`:                     `"https://someone:xxxxx@reg.example/app"`,
		`"https://someone:can@ary@reg.example/app"`:                    `"https://someone:xxxxx@reg.example/app"`,
		`x=https://canary@reg.example/app`:                             `x=https://xxxxx@reg.example/app`,
		`stat https:/someone:canary@127.0.0.1:1/a, b`:                  `stat https:/someone:xxxxx@127.0.0.1:1/a, b`,
		`'x=someone:canary@127.0.0.1/team/app:v0'`:                     `'x=someone:xxxxx@127.0.0.1/team/app:v0'`,
	} {
		assert.Equal(t, visible.Masked(text), want)
	}
	for _, text := range []string{
		"app:1@latest", "reg.example/app:1@sha256:abc", "127.0.0.1:5000/team/app:1@sha256:abc/x", "https://reg.example/app",
		"ssh://git@github.com/a/b", "git@github.com:a/b.git", "team/app@sha256:abc and b:c", "next: docker run -u a:b x@y/z",
		"https://reg.example:5000/v2/a/manifests/1 of a@b.example/c", "https://xxxxx:xxxxx@reg.example/a", "https://u:…@a.example/",
	} {
		assert.Equal(t, visible.Masked(text), text)
	}
}
