package request

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/docker/buildx/util/buildflags"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What an address signs in with is taken out of it, and nothing else of it is changed.
func TestLiftedAddresses(t *testing.T) {
	for _, tc := range []struct{ place, left, id, pair string }{
		{"https://user:CANARY@host/x.git#main:sub", "https://host/x.git#main:sub", "GIT_AUTH_HEADER.host", "user:CANARY"},
		{"http://user:CANARY@host:80/x.git?ref=a", "http://host:80/x.git?ref=a", "GIT_AUTH_HEADER.host:80", "user:CANARY"},
		{"http://user:CANARY@[::1]:80/x.git", "http://[::1]:80/x.git", "GIT_AUTH_HEADER.[::1]:80", "user:CANARY"},
		{"HTTPS://user:CANARY@Host/x.git", "HTTPS://Host/x.git", "GIT_AUTH_HEADER.Host", "user:CANARY"},
		{"https://us%40er:CAN%2FARY%25@host/x.git", "https://host/x.git", "GIT_AUTH_HEADER.host", "us@er:CAN/ARY%"},
		{"https://user:CAN@ARY@host/x.git", "https://host/x.git", "GIT_AUTH_HEADER.host", "user:CAN@ARY"},
		{"https://CANARYTOKEN@host/x.git", "https://host/x.git", "GIT_AUTH_HEADER.host", "CANARYTOKEN:"},
		{"https://user:@host/x.git", "https://host/x.git", "GIT_AUTH_HEADER.host", "user:"},
		{"https://user:CANARY@host:1/x.tar?a=b", "https://host:1/x.tar?a=b", "HTTP_AUTH_HEADER_host", "user:CANARY"},
		{"http://user:CANARY@[::1]:80/x.tar", "http://[::1]:80/x.tar", "HTTP_AUTH_HEADER_::1", "user:CANARY"},
		{"https://xxxxx:xxxxx@host/x.git", "https://host/x.git", "", ""},
		{"https://git@host/x.git", "https://git@host/x.git", "", ""},
		{"https://host/x@1.tar#a@b", "https://host/x@1.tar#a@b", "", ""},
		{"https://host:8080/x@1.tar#a@b", "https://host:8080/x@1.tar#a@b", "", ""},
		{"ssh://git@host/x.git", "ssh://git@host/x.git", "", ""},
		{"git@host:x.git", "git@host:x.git", "", ""},
		{"docker-image://a/b@sha256:00", "docker-image://a/b@sha256:00", "", ""},
		{"./folder@1:2", "./folder@1:2", "", ""},
	} {
		left, c, err := lift(tc.place)
		assert.NilError(t, err, tc.place)
		assert.Equal(t, left, tc.left)
		if tc.id == "" {
			assert.Assert(t, c == nil, tc.place)
			continue
		}
		assert.Equal(t, c.id, tc.id)
		assert.Equal(t, c.header, "Basic "+base64.StdEncoding.EncodeToString([]byte(tc.pair)))
	}
}

// An address that nobody could sign in by is refused, and its password is not repeated.
func TestRefusedAddresses(t *testing.T) {
	for place, want := range map[string]string{
		"ssh://user:CANARY@host/x.git":       "which ssh does not take",
		"git://user:CANARY@host/x.git":       "which git does not take",
		"https://user:CAN%zzARY@host/x.git":  "write what is neither letter nor digit",
		"https://user:CAN#ARY@host/x.git":    "write what is neither letter nor digit",
		"https://user:CAN/ARY@host/x.git":    "write what is neither letter nor digit",
		"https://user:CAN?ARY@host/x.git#a":  "write what is neither letter nor digit",
		"https://user:CAN ARY@host/x.git":    "write what is neither letter nor digit",
		"https://user:CAN\nARY@host/x.git":   "write what is neither letter nor digit",
		"https://host/x.tar?sig=CANARY":      `would publish "sig"`,
		"https://h/x?X-Amz-Signature=CANARY": `would publish "X-Amz-Signature"`,
		"https://h/x?private_token=CANARY":   `would publish "private_token"`,
		"https://h/x?client_secret=CANARY":   `would publish "client_secret"`,
		"https://h/x?deploy-token=CANARY":    `would publish "deploy-token"`,
		"https://h/x?a=b&jwt=CANARY":         `would publish "jwt"`,
	} {
		for _, r := range []Request{{Context: place}, {Context: ".", BuildContexts: []string{"name=" + place}}} {
			err := r.checkAddresses()
			assert.ErrorContains(t, err, want)
			assert.Assert(t, !strings.Contains(err.Error(), "CAN") && !strings.Contains(err.Error(), "ARY"), err)
		}
	}
	t.Setenv("BUILDX_NO_DEFAULT_ATTESTATIONS", "1")
	secret := Request{Context: "https://host/x.tar?sig=CANARY"}
	assert.NilError(t, secret.checkAddresses())
	secret.Provenance = "mode=max"
	assert.ErrorContains(t, secret.checkAddresses(), "would publish")
	t.Setenv("BUILDX_NO_DEFAULT_ATTESTATIONS", "0")
	for _, r := range []Request{
		{Context: "https://host/x.tar?sig=CANARY", Provenance: "false"},
		{Context: "https://host/x.tar?version=1&sig="},
		{Context: "https://host/x.git?tag=v1&subdir=token"},
		{Context: "https://host/x.tar?tokenizer=x&secrets=no&sigma=1&token"},
		{Context: ".", File: "https://host/Dockerfile?token=CANARY"},
	} {
		assert.NilError(t, r.checkAddresses(), r.Context)
	}
}

// BuildKit takes one password for a host: two are refused, the same one twice is none too many.
func TestTwoPasswordsForOneHost(t *testing.T) {
	two := func(context string) error {
		return Request{Context: "https://a:CANARY@host/x.git", BuildContexts: []string{"y=" + context}}.checkAddresses()
	}
	assert.ErrorContains(t, two("https://a:other@host/y.git"), `sign in at "host" with two passwords`)
	for _, fine := range []string{
		"https://a:CANARY@host/y.git", "https://a:other@host:8080/y.git", "https://a:other@host/y.tar", "https://host/y.git",
	} {
		assert.NilError(t, two(fine))
	}
}

// The time of a branch is that of a repository that BuildKit does not sign in at.
func TestTimeOfSignedInRepository(t *testing.T) {
	const commit = "0123456789012345678901234567890123456789"
	for place, refused := range map[string]bool{
		"https://a:CANARY@host/x.git": true, "https://a:CANARY@host/x.git#main:sub": true,
		"https://a:CANARY@host/x.git?ref=main&checksum=" + commit: true,
		"https://a:CANARY@host/x.git#" + commit + ":sub":          false,
		"https://host/x.git": false, "https://a:CANARY@host/x.tar": false, "git@host:x.git": false,
	} {
		for _, r := range []Request{
			{Context: place, BuildArgs: []string{"SOURCE_DATE_EPOCH=context"}},
			{Context: ".", BuildArgs: []string{"SOURCE_DATE_EPOCH=more"}, BuildContexts: []string{"more=" + place}},
		} {
			err := r.checkEpochArgument()
			assert.Equal(t, err != nil, refused, "%s: %v", place, err)
			assert.Assert(t, err == nil || strings.Contains(err.Error(), "https://xxxxx:xxxxx@host/x.git#COMMIT"), err)
		}
	}
	_, err := commitTime(t.Context(), "https://a:CANARY@host/x.git")
	assert.ErrorContains(t, err, "name the commit")
}

// What is lent is answered for the host, unless a secret was given that BuildKit takes for it.
func TestLentSignIns(t *testing.T) {
	const given = "given"
	t.Setenv("SECTION", given)
	for _, tc := range []struct {
		secrets []string
		want    string
	}{
		{nil, "Basic dXNlcjpDQU5BUlk="},
		{[]string{"id=other,env=SECTION"}, "Basic dXNlcjpDQU5BUlk="},
		{[]string{"id=GIT_AUTH_TOKEN.elsewhere,env=SECTION"}, "Basic dXNlcjpDQU5BUlk="},
		{[]string{"id=GIT_AUTH_HEADER.host,env=SECTION"}, given},
		{[]string{"id=GIT_AUTH_TOKEN,env=SECTION"}, ""},
	} {
		r := Request{Context: "https://user:CANARY@host/x.git", Secrets: tc.secrets}
		o, err := r.options()
		assert.NilError(t, err)
		signIn, err := r.lifted(&o.Inputs)
		assert.NilError(t, err)
		assert.Equal(t, o.Inputs.ContextPath, "https://host/x.git")
		store, err := storeOf(nil, signIn)
		assert.NilError(t, err)
		_, err = store.GetSecret(t.Context(), "nothing")
		assert.Assert(t, err != nil)
		store, err = storeOf(specsOf(t, r), signIn)
		assert.NilError(t, err)
		got, err := store.GetSecret(t.Context(), "GIT_AUTH_HEADER.host")
		assert.Assert(t, is.Equal(string(got), tc.want))
		assert.Equal(t, err != nil, tc.want == "")
	}
}

func specsOf(t *testing.T, r Request) []*buildflags.Secret {
	t.Helper()
	specs, err := buildflags.ParseSecretSpecs(r.Secrets)
	assert.NilError(t, err)
	return specs
}
