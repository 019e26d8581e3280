package plugin

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// evil is what a terminal would obey, and what would stand there as lines of ours.
const evil = "##[set-output name=x;]y\x1b[2J\u009b31m\u202e\u2028\r\nERROR: forged\n  next: forged\nlinux/amd64   forged"

// assertTame checks that nothing of it got to the terminal.
func assertTame(t *testing.T, text string) {
	t.Helper()
	for _, raw := range []string{"\x1b", "\u009b", "\u202e", "\u2028", "\r"} {
		assert.Check(t, !strings.Contains(text, raw), "%q holds %q", text, raw)
	}
	assert.Check(t, !strings.Contains(text, "##["), "a command of a CI: %q", text)
	for line := range strings.Lines(strings.ToLower(text)) {
		assert.Check(t, !strings.HasPrefix(strings.TrimSpace(line), "::"), "a command of a CI: %q", text)
		for _, forged := range []string{"error: forged", "  next: forged", "linux/amd64   forged"} {
			assert.Check(t, !strings.HasPrefix(line, forged), "a line is forged: %q", text)
		}
	}
}

// What an index calls its platforms reaches no terminal as it is, in no command and no format for people.
func TestPlatformsOfAHostileRegistry(t *testing.T) {
	for field, change := range map[string]func(*ocispec.Descriptor){
		"architecture": func(d *ocispec.Descriptor) { d.Platform.Architecture += evil },
		"variant":      func(d *ocispec.Descriptor) { d.Platform.Variant = evil },
		"os":           func(d *ocispec.Descriptor) { d.Platform.OS = evil },
		"os version":   func(d *ocispec.Descriptor) { d.Platform.OSVersion = evil },
		"annotation": func(d *ocispec.Descriptor) {
			d.Annotations = map[string]string{"vnd.docker.reference.type": evil, "vnd.docker.reference.digest": evil}
		},
	} {
		t.Run(field, func(t *testing.T) {
			fake, near := newFakeCLI(t), newFakeRegistry(t)
			s := plugintest.OpenStore(t, fake)
			image := near.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
			index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex}
			index.SchemaVersion = 2
			image.Platform = &ocispec.Platform{OS: "linux", Architecture: "amd64"}
			change(&image)
			index.Manifests = []ocispec.Descriptor{image}
			near.Write(t, "team/app", "1", index.MediaType, plugintest.Marshalled(t, index))
			name := near.Host + "/team/app:1"
			plugintest.SavePassed(t, s, name, "app")
			for _, args := range [][]string{
				{"verify", name},
				{"verify", "--deep", name},
				{"verify", "--format", "{{range .Platforms}}{{.Platform}} {{.Faults}}{{end}}", name},
				{"verify", "--format", "json", name},
				{"inspect", "--remote", name},
				{"inspect", "--remote", "--format", "{{.Published}}", name},
				{"inspect", name},
				{"merge", "--dry-run", "--allow-untested", "-t", near.Host + "/team/app:2", name},
				{"merge", "--allow-untested", "-t", near.Host + "/team/app:2", name},
				{"promote", "--allow-untested", name, near.Host + "/team/app:3"},
				{"publish", name},
			} {
				fake.Stdout.Reset()
				fake.Stderr.Reset()
				err := fake.run(t, args...)
				told := ""
				if err != nil {
					told = explained(err)
				}
				t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
					assertTame(t, fake.Stdout.String())
					assertTame(t, fake.Stderr.String())
					assertTame(t, told)
					if strings.Contains(strings.Join(args, " "), "--format json") {
						assert.Check(t, json.Valid([]byte(fake.Stdout.String())))
					}
				})
			}
		})
	}
}

// A registry that refuses cannot give commands to the CI in whose log its words end: they would set the outputs of a
// job.
func TestWordsOfARefusal(t *testing.T) {
	for _, words := range []string{"##[set-output name=digest;]x" + evil, "::set-output name=digest::x" + evil} {
		fake, near := newFakeCLI(t), newFakeRegistry(t)
		body, err := json.Marshal(map[string]any{"errors": []map[string]string{{"code": words, "message": words}}})
		assert.NilError(t, err)
		near.Breaks(http.StatusForbidden, string(body))
		name := near.Host + "/team/app:1"
		plugintest.SavePassed(t, plugintest.OpenStore(t, fake), name, "app")
		err = fake.run(t, "publish", name)
		assert.Assert(t, err != nil)
		assert.Check(t, strings.Contains(explained(err), "set-output"), explained(err))
		assertTame(t, explained(err))
		assertTame(t, fake.Stdout.String()+fake.Stderr.String())
	}
}

// Nor does what an index says of entries that are no images.
func TestOthersOfAHostileRegistry(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	image := near.Image(t, "team/app", "a", "app", plugintest.Linux("amd64", ""))
	image.Platform = &ocispec.Platform{OS: "linux", Architecture: "amd64"}
	other := entry(near.artifact(t, "b", "application/vnd.x", ocispec.MediaTypeEmptyJSON), *image.Platform)
	other.ArtifactType = "application/vnd.x" + evil
	other.Annotations = map[string]string{ocispec.AnnotationTitle: evil}
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{image, other}}
	index.SchemaVersion = 2
	near.Write(t, "team/app", "1", index.MediaType, plugintest.Marshalled(t, index))
	name := near.Host + "/team/app:1"
	for _, args := range [][]string{
		{"verify", name},
		{"inspect", "--remote", name},
		{"merge", "--allow-untested", "-t", near.Host + "/team/app:2", name},
		{"promote", "--allow-untested", name, near.Host + "/team/app:3"},
	} {
		fake.Stdout.Reset()
		fake.Stderr.Reset()
		told := ""
		if err := fake.run(t, args...); err != nil {
			told = explained(err)
		}
		assert.Check(t, strings.Contains(fake.Stdout.String()+fake.Stderr.String()+told, "vnd.x") || args[0] == "promote",
			"%s: %s%s%s", args, fake.Stdout.String(), fake.Stderr.String(), told)
		assertTame(t, fake.Stdout.String())
		assertTame(t, fake.Stderr.String())
		assertTame(t, told)
	}
}

// A registry that sends us elsewhere is not obeyed in what is told to run next: its words stand in no command, and no
// host is suggested that nobody has named.
func TestNextOfAHostileRedirect(t *testing.T) {
	for _, place := range []string{
		"http://x;touch$IFS'PWNED';y/", "http://$(id>PWNED)/", "http://evil.example/v2/", "http://169.254.169.254/latest",
	} {
		t.Run(place, func(t *testing.T) {
			fake, near := newFakeCLI(t), newFakeRegistry(t)
			plugintest.SavePassed(t, plugintest.OpenStore(t, fake), near.Host+"/team/app:1", "app")
			near.Intercept(func(w http.ResponseWriter, request *http.Request) bool {
				if request.URL.Path == "/v2/" {
					return false
				}
				w.Header()["Location"] = []string{place}
				w.WriteHeader(http.StatusTemporaryRedirect)
				return true
			})
			_, err := fake.publish(t, "--retry-timeout", "0s", near.Host+"/team/app:1")
			assert.Assert(t, err != nil)
			_, next, found := strings.Cut(explained(err), "next: ")
			if !found {
				return
			}
			command, remark, _ := strings.Cut(strings.TrimSpace(next), "   (")
			assert.Equal(t, command, "docker multiplat publish --progress plain --retry-timeout 0s "+near.Host+"/team/app:1")
			for _, word := range []string{"x;", "evil", "169.254", "id>"} {
				assert.Check(t, !strings.Contains(remark, word), remark)
			}
		})
	}
}

// Nor is the host of a realm one to log in to.
func TestNextOfAHostileRealm(t *testing.T) {
	fake, near := newFakeCLI(t), newFakeRegistry(t)
	plugintest.SavePassed(t, plugintest.OpenStore(t, fake), near.Host+"/team/app:1", "app")
	near.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Www-Authenticate", `Bearer realm="http://evil.example/token",service="x"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	_, err := fake.publish(t, "--retry-timeout", "0s", near.Host+"/team/app:1")
	_, next, found := strings.Cut(explained(err), "next: ")
	assert.Assert(t, found, explained(err))
	assert.Check(t, !strings.Contains(next, "evil.example"), next)
}
