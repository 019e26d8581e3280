package request

import (
	"testing"

	"gotest.tools/v3/assert"
)

// An address is shown, and kept in a draft, without its secrets; a folder is shown as it is.
func TestPlaceHoldsNoSecret(t *testing.T) {
	for context, want := range map[string]string{
		"https://user:pw@host/x.git":               "https://xxxxx:xxxxx@host/x.git",
		"https://host/x.tar?token=CANARY&a=b#main": "https://host/x.tar?token=xxxxx&a=xxxxx#main",
		"https://host/x.git?ref=main&subdir=a":     "https://host/x.git?ref=main&subdir=a",
		"https://user:p%ss word@host/x?token=CAN":  "https://xxxxx:xxxxx@host/x?token=xxxxx",
		"https://host/x.git?mtime=commit":          "https://host/x.git?mtime=commit",
		"https://host/x.git?fetch-by-commit=true":  "https://host/x.git?fetch-by-commit=true",
		"https://host/x.git?REF=main;token=CANARY": "https://host/x.git?REF=xxxxx",
		"https://host/x.tar?CANARY":                "https://host/x.tar?xxxxx",
		"https://host/x.tar?ref=main&CANARY":       "https://host/x.tar?ref=main&xxxxx",
		"ssh://me@host":                            "ssh://me@host",
		"ssh://git@host/x.git?token=CANARY":        "ssh://git@host/x.git?token=xxxxx",
		"ssh://me:CANARY@host":                     "ssh://xxxxx:xxxxx@host",
		"https://CANARY@host/x.git":                "https://xxxxx@host/x.git",
		"https://user:CAN#ARY@host/x.git":          "https://xxxxx:xxxxx@host/x.git",
		"https://user:CAN/ARY@host/x.git?ref=a#b":  "https://xxxxx:xxxxx@host/x.git?ref=a#b",
		"https://user:CAN?ARY@host/x?b=c":          "https://xxxxx:xxxxx@host/x?b=xxxxx",
		"https://host:8080/x@1.tar#a@b":            "https://host:8080/x@1.tar#a@b",
		"https://[::1]:80/x@1.tar":                 "https://[::1]:80/x@1.tar",
		"./folder":                                 "./folder",
		"docker-image://a/b@sha256:00":             "docker-image://a/b@sha256:00",
		"./a?b=c":                                  "./a?b=c",
		"docker-container://daemon?context=pi":     "docker-container://daemon?context=pi",
		"docker-container://daemon?token=CANARY":   "docker-container://daemon?token=xxxxx",
		"https://host/x.tar?context=CANARY":        "https://host/x.tar?context=xxxxx",
	} {
		assert.Equal(t, Place(context), want)
		for _, value := range func() map[string]string {
			described := Description{Values: map[string]string{}, Files: map[string]map[string]string{}}
			_ = Request{Context: context}.addContext(t.Context(), described, nil)
			return described.Values
		}() {
			assert.Assert(t, value == want || context[0] != 'h', value)
		}
	}
}

// The secrets of the addresses of a request are blanked in all that is shown of its build, however they are written.
func TestBlankedAddresses(t *testing.T) {
	r := Request{
		Context:       "https://ci:CANARY1+x@host/x.tar?sig=CANARY2%2Fy&ref=main",
		File:          "https://host/Dockerfile?token=CANARY3",
		BuildContexts: []string{"base=https://CANARY4long@host/y.git", "local=./a?b=CANARY"},
	}
	blank := r.Blank()
	for text, want := range map[string]string{
		"load " + r.Context:       "load https://xxxxx:xxxxx@host/x.tar?sig=xxxxx&ref=main",
		"GET " + r.File + ": 403": "GET https://host/Dockerfile?token=xxxxx: 403",
		"Basic of CANARY1+x":      "Basic of xxxxx",
		"CANARY1%2Bx CANARY2/y":   "xxxxx xxxxx",
		"clone of CANARY4long":    "clone of xxxxx",
		"ci main host CANARY":     "ci main host CANARY",
	} {
		assert.Equal(t, blank(text), want)
	}
	assert.Equal(t, Request{Context: "."}.Blank()("as it is"), "as it is")
	assert.Equal(t, Request{Context: "https://host/x.git?mtime=checkout"}.Blank()("RUN git checkout"), "RUN git checkout")
}
