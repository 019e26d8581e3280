//go:build drill

package drill

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
)

// canary is a password that must not be seen anywhere but where it was given.
const canary = "canary-5f1c-password"

// spellings are how a canary may be written.
func spellings(canary string) []string {
	basic := base64.StdEncoding.EncodeToString([]byte("someone:" + canary))
	hex := fmt.Sprintf("%x", canary)
	return []string{canary, basic, hex, base64.StdEncoding.EncodeToString([]byte(canary)), reversed(canary)}
}

func reversed(text string) string {
	var b strings.Builder
	for i := range text {
		b.WriteByte(text[len(text)-1-i])
	}
	return b.String()
}

// secrets has commands sign in with a canary, in all ways that there are, while requests fail, and looks for it in all
// that is left, in all that is printed, and in the arguments and the environment of every process that is started.
func secrets(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, way := range []string{"file", "helper", "store", "identity", "broken helper", "refused"} {
			for n := range d.Share(0.01) {
				t.Run(fmt.Sprint(strings.ReplaceAll(way, " ", "-"), "/", n), func(t *testing.T) {
					t.Parallel()
					count := d.Try(t)
					one := newTry(t, d.Options, n)
					g := guard(one)
					one.signIn(t, way)
					count(one.keepsSecrets(t, g, way))
				})
			}
		}
	})
}

// guarded wants the password for everything; what else is sent the password is noted.
type guarded struct {
	mu     sync.Mutex
	leaked []string
	// open is set while things are prepared.
	open bool
}

// guard has the first registry want the password, by a token, and the other one want none.
func guard(d *try) *guarded {
	g := &guarded{open: true}
	near, far := d.registry.Handler, d.far.Handler
	d.registry.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		open := g.open
		g.mu.Unlock()
		_, password, _ := r.BasicAuth()
		given := password == canary || r.PostFormValue("refresh_token") == canary || r.PostFormValue("password") == canary
		if r.URL.Path == "/token" && given ||
			r.URL.Path != "/token" && r.Header.Get("Authorization") == "Bearer of-a-drill" ||
			open {
			near.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+d.registry.Host()+`/token",service="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, //nolint:gosec // no browser reads it
			`{"errors":[{"code":"UNAUTHORIZED","message":"what you sent was %s"}]}`, password)
	})
	d.far.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if sent := fmt.Sprint(r.Header, r.Form); holds(sent) {
			g.mu.Lock()
			g.leaked = append(g.leaked, r.Method+" "+r.URL.String())
			g.mu.Unlock()
		}
		far.ServeHTTP(w, r)
	})
	return g
}

// holds tells whether a canary is in a text.
func holds(text string) bool {
	for _, spelled := range spellings(canary) {
		if strings.Contains(text, spelled) {
			return true
		}
	}
	return false
}

// signIn writes the configuration of Docker.
func (d *try) signIn(t *testing.T, way string) {
	t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte("someone:" + canary))
	host := d.registry.Host()
	config := map[string]string{
		"file":     `{"auths":{"` + host + `":{"auth":"` + auth + `"}}}`,
		"refused":  `{"auths":{"` + host + `":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("someone:no-"+canary)) + `"}}}`,
		"identity": `{"auths":{"` + host + `":{"identitytoken":"` + canary + `"}}}`,
		"store":    `{"credsStore":"canary"}`,
	}[way]
	if config == "" {
		config = `{"credHelpers":{"` + host + `":"canary"}}`
	}
	assert.NilError(t, os.WriteFile(filepath.Join(d.folder, "config", "config.json"), []byte(config), 0o600))
	script := `#!/bin/sh
read host
case $host in *` + host + `*) echo '{"ServerURL":"x","Username":"someone","Secret":"` + canary + `"}';;
*) echo credentials not found in native keychain; exit 1;; esac
`
	if way == "broken helper" {
		script = "#!/bin/sh\necho '{\"Username\":\"someone\",\"Secret\":\"" + canary + "\"'; exit 1\n"
	}
	folder := filepath.Join(d.folder, "helpers")
	assert.NilError(t, os.Mkdir(folder, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "docker-credential-canary"), []byte(script), 0o600))
	assert.NilError(t, os.Chmod(filepath.Join(folder, "docker-credential-canary"), 0o700))
}

// keepsSecrets runs commands, and returns how many requests were disturbed, and whether all of them ended well.
func (d *try) keepsSecrets(t *testing.T, g *guarded, way string) (faults int, well bool) {
	t.Helper()
	d.draft(t, "", "new", []string{"linux/amd64", "linux/arm64"}, []string{"v0"})
	source := d.far.Host() + "/" + repository + ":old"
	saveDrafts(t, d.storeFolder("sources"), "old", []string{"linux/amd64"}, []string{source})
	got := d.run(t, "sources", "publish", source)
	assert.Equal(t, got.code, 0, got.output)
	g.mu.Lock()
	g.open = false
	g.mu.Unlock()
	kinds := disturb(d.watch, d.random.Uint64(), 10, passing)
	well = true
	for _, args := range [][]string{
		{"multiplat", "publish", "--debug", "--metadata-file", "meta.json", d.name("v0")},
		{"multiplat", "merge", "--debug", "-t", d.name("v1"), source},
		{"multiplat", "verify", "--debug", d.name("v0")},
		{"multiplat", "inspect", "--debug", d.name("v0")},
		{"multiplat", "promote", "--debug", d.name("v0"), d.far.Host() + "/" + repository + ":v0"},
		{"multiplat", "publish", "someone:" + canary + "@" + d.name("v0")},
		{"multiplat", "merge", "-t", d.name("v4"), "http://someone:" + canary + "@" + d.name("v0")},
	} {
		given := holds(strings.Join(args, " "))
		log := filepath.Join(d.folder, "exec")
		cmd := d.command(t.Context(), "")
		traced := strings.Fields("strace -f -qq -v -s 100000 -e signal=none -e trace=execve -o")
		got := start(t, cmd, slices.Concat(traced, []string{log, os.Getenv("MULTIPLAT")}, args)...)
		if given {
			assert.Check(t, got.code == 2, "%v: exit %d", args, got.code)
			assert.NilError(t, os.Remove(log)) // it was given there
		}
		well = well && got.code == 0
		assert.Check(t, !holds(got.output), "%v printed it: %s", args, got.output)
		d.hides(t, fmt.Sprint(args))
	}
	assert.Check(t, len(g.leaked) == 0, "it was sent to another registry: %v", g.leaked)
	if way != "broken helper" && way != "refused" {
		assert.Check(t, len(d.registry.Log("PUT .*/manifests/v0")) > 0, "it did not sign in")
	}
	return kinds.met(), well
}

// hides looks for the canary in every file but those that it was given in.
func (d *try) hides(t *testing.T, after string) {
	t.Helper()
	assert.NilError(t, filepath.WalkDir(d.folder, func(path string, entry fs.DirEntry, err error) error {
		inside := strings.TrimPrefix(path, d.folder)
		if err != nil || !entry.Type().IsRegular() || inside == "/config/config.json" ||
			strings.HasPrefix(inside, "/helpers/") {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // nothing but the test writes there
		assert.Check(t, !holds(string(text)+path), "after %s it is in %s", after, inside)
		return err
	}))
}
