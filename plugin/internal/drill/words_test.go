//go:build drill

package drill

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// words has every command read words like that, from everything that is not ours: an image, an index, a registry, an
// engine, a test, a file. Each answer is read as that which it is: on a terminal, in the log of two CIs, and by parsers of
// JSON, XML, HTML and Markdown.
func words(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for n, evil := range drilltest.HostileWords() {
			if d.Short && n%6 != 0 {
				continue
			}
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				one := newTry(t, d.Options, n)
				one.speak(t, d, n, evil)
			})
		}
	})
}

// spoken is a command whose answer is looked at, and the parser that reads it.
type spoken struct {
	args   []string
	parsed func(t *testing.T, what, text string)
}

// speak runs all of them.
func (d *try) speak(t *testing.T, told *drilltest.Drill, n int, evil string) {
	t.Helper()
	image := d.publishWords(t, evil)
	engine := looseEngine(t, &loose{words: evil, id: image.config, code: n % 2, refuses: n%3 == 0})
	tests := d.testFile(t, evil)
	v0, v9 := d.name("v0"), d.name("v9")
	var commands []spoken
	for _, name := range []string{v0, v9} {
		commands = append(
			commands,
			spoken{[]string{"inspect", name}, nil},
			spoken{[]string{"inspect", "--format", "json", name}, drilltest.ReadJSON},
			spoken{[]string{"inspect", "--remote", "--format", "{{json .}}", name}, drilltest.ReadJSON},
			spoken{[]string{"inspect", "--format", "{{.}}", name}, nil},
			spoken{
				[]string{"verify", "--deep", name},
				nil,
			},
			spoken{[]string{"verify", "--format", "json", name}, drilltest.ReadJSON},
			spoken{[]string{"diff", name}, nil},
			spoken{[]string{"diff", "--no-trunc", name}, nil},
			spoken{[]string{"diff", "--format", "md", name}, drilltest.ReadMarkdown},
			spoken{[]string{"diff", "--format", "json", name}, drilltest.ReadJSON},
			spoken{[]string{"diff", "--format", "{{.}}", name}, nil},
			spoken{[]string{"merge", "--dry-run", "--allow-untested", "-t", d.name("v1"), name}, nil},
			spoken{[]string{"merge", "--deep", "--allow-untested", "-t", d.name("v1"), name}, nil},
			spoken{[]string{"promote", "--allow-untested", name, "v2"}, nil},
			spoken{[]string{"promote", "--progress", "rawjson", "--allow-untested", name, "v4"}, nil},
		)
	}
	test := []string{"test", "--platform", "linux/amd64", "--allow-foreign", "**", "--test", "run", "--test-config", tests}
	for _, file := range []string{"r.xml", "r.json", "r.md", "r.html"} {
		test = append(test, "--report", file)
	}
	commands = append(commands, spoken{append(test, d.host()+"/"+repository+"@"+image.digest), d.reports})
	for i, c := range commands {
		d.says(t, told, c, engine, (n+i)%4)
	}
	d.refusedWords(t, told, evil, engine)
}

// refusedWords has the registry refuse with words, in each place where it can.
func (d *try) refusedWords(t *testing.T, told *drilltest.Drill, evil, engine string) {
	t.Helper()
	d.draft(t, "", "new", []string{"linux/amd64"}, []string{"v3"})
	header := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '.' // no server can send it in a header
		}
		return r
	}, evil[:min(len(evil), 4000)])
	for i, status := range []int{400, 401, 403, 404, 409, 429, 500} {
		body := string(spoiled(evil, map[string]any{"errors": []map[string]any{
			{"code": evil, "message": evil, "detail": map[string]string{evil: evil}},
		}}))
		if i%2 == 1 {
			body = evil
		}
		d.registry.On("", "", 0, registrytest.Status(status, body, "Content-Type: application/json",
			"Warning: 299 - \""+header+"\"", "Www-Authenticate: Basic realm=\""+header+"\"", "Docker-Content-Digest: "+header))
		for j, args := range [][]string{
			{"publish", "--retry-timeout", "0s", d.name("v3")},
			{"verify", "--retry-timeout", "0s", d.name("v0")},
			{"inspect", "--retry-timeout", "0s", "--format", "json", d.name("v0")},
		} {
			c := spoken{args: args}
			if slices.Contains(args, "json") {
				c.parsed = drilltest.ReadJSON
			}
			d.says(t, told, c, engine, (i+j)%4)
		}
		d.registry.Calm()
	}
}

// says runs a command where one of four reads it: nobody, GitHub, GitLab, and a person on a terminal.
func (d *try) says(t *testing.T, told *drilltest.Drill, c spoken, engine string, reader int) {
	t.Helper()
	t.Run(fmt.Sprint(c.args[0], reader), func(t *testing.T) {
		count := told.Try(t)
		ctx, stop := context.WithTimeout(t.Context(), hangs)
		defer stop()
		cmd := d.withEngine(ctx, engine, c.args...)
		what := fmt.Sprint(c.args)
		switch reader {
		case 1:
			cmd.Env = append(cmd.Env, "GITHUB_ACTIONS=true")
		case 2:
			cmd.Env = append(cmd.Env, "GITLAB_CI=true")
		case 3:
			drilltest.ReadScreen(t, what, onTerminal(t, cmd))
			if c.parsed == nil {
				count(1, true)
				return
			}
			cmd = d.withEngine(ctx, engine, c.args...)
		}
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		assert.Assert(t, err == nil || errors.As(err, &exit), err)
		assert.Check(t, !strings.Contains(stderr.String(), "goroutine "), "%s: %s", what, stderr.String())
		drilltest.ReadLog(t, what, stderr.String())
		drilltest.ReadLog(t, what, stdout.String())
		if c.parsed != nil {
			c.parsed(t, what, stdout.String())
		}
		count(1, err == nil)
	})
}

// onTerminal runs a command on a terminal, and returns what it writes there.
func onTerminal(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	assert.NilError(t, err)
	defer func() { _ = terminal.Close() }()
	var seen bytes.Buffer
	_, _ = io.Copy(&seen, terminal) // it ends with an error
	_ = cmd.Wait()                  // its words are of interest, not its code
	return seen.String()
}

// wordsImage is an image that says them.
type wordsImage struct{ digest, config string }

// speaker publishes what says words in everything it can.
type speaker struct {
	*try
	evil  string
	layer ocispec.Descriptor
}

// publishWords publishes images that say them: under v0 of platforms there are, under v9 of others. It returns that of
// linux/amd64.
func (d *try) publishWords(t *testing.T, evil string) (published wordsImage) {
	t.Helper()
	path := strings.Trim(strings.ReplaceAll(evil[:min(len(evil), 2000)], "\x00", ""), "/") + "/x"
	kind, body := archive(func(add func(h tar.Header, body string)) {
		for name, text := range databases() {
			add(tar.Header{Name: name}, strings.ReplaceAll(text[:min(len(text), 5000)], escapes, evil))
		}
		add(tar.Header{Name: "opt/" + path, Format: tar.FormatPAX}, programs()["elf-tables"])
	})(t)
	say := speaker{d, evil, d.send(t, kind, body)}
	for _, tag := range []string{"v0", "v9"} {
		index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
		index.Annotations = map[string]string{evil: evil, ocispec.AnnotationTitle: evil}
		for _, arch := range []string{"arm64", "amd64"} {
			p := ocispec.Platform{OS: "linux", Architecture: arch}
			if tag == "v9" {
				p.Variant, p.OSVersion, p.OSFeatures = evil, evil, []string{evil}
			}
			image, config := say.image(t, p)
			index.Manifests = append(index.Manifests, image)
			if tag == "v0" {
				published = wordsImage{image.Digest.String(), config.Digest.String()}
			}
		}
		index.Manifests = append(index.Manifests, say.artifact(t))
		say.write(t, ocispec.MediaTypeImageIndex, tag, index)
	}
	return published
}

// write writes a manifest under a tag, or none.
func (s speaker) write(t *testing.T, mediaType, tag string, document any) ocispec.Descriptor {
	t.Helper()
	body := spoiled(s.evil, document)
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
	if tag == "" {
		tag = desc.Digest.String()
	}
	s.registry.Write(t, repository, tag, mediaType, body)
	return desc
}

// image publishes the image of a platform, and returns its entry and its config.
func (s speaker) image(t *testing.T, p ocispec.Platform) (image, config ocispec.Descriptor) {
	t.Helper()
	evil, arch := s.evil, p.Architecture
	config = s.send(t, ocispec.MediaTypeImageConfig, spoiled(evil, ocispec.Image{
		Platform: p, Author: evil,
		Config: ocispec.ImageConfig{
			Cmd: []string{"/app", evil}, Env: []string{"A=" + evil + arch, evil + "=1"}, User: evil + arch,
			WorkingDir: "/" + evil, StopSignal: evil, Labels: map[string]string{evil: evil + arch},
			ExposedPorts: map[string]struct{}{evil: {}}, Volumes: map[string]struct{}{evil + arch: {}},
		},
		RootFS:  ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{s.layer.Digest}},
		History: []ocispec.History{{CreatedBy: evil, Comment: evil, Author: evil}},
	}))
	image = s.write(t, ocispec.MediaTypeImageManifest, "", ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: config, Layers: []ocispec.Descriptor{s.layer}, Annotations: map[string]string{evil: evil},
	})
	image.Platform, image.Annotations = &p, map[string]string{evil: evil}
	return image, config
}

// artifact publishes what is no image.
func (s speaker) artifact(t *testing.T) ocispec.Descriptor {
	t.Helper()
	other := s.write(t, ocispec.MediaTypeImageManifest, "", ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		ArtifactType: "application/vnd.x" + s.evil, Config: ocispec.DescriptorEmptyJSON,
		Layers: []ocispec.Descriptor{s.send(t, ocispec.MediaTypeEmptyJSON, []byte("{}"))},
	})
	other.ArtifactType = "application/vnd.x" + s.evil
	other.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	return other
}

// testFile writes a file of tests whose names and expectations are words.
func (d *try) testFile(t *testing.T, evil string) string {
	t.Helper()
	evil = strings.ToValidUTF8(evil[:min(len(evil), 2000)], "?")
	file := filepath.Join(d.folder, "tests.json")
	assert.NilError(t, os.WriteFile(file, spoiled("", map[string]any{
		"schemaVersion": "2.0.0",
		"commandTests":  []map[string]any{{"name": evil, "command": "/app", "args": []string{"a"}}},
		"metadataTest":  map[string]any{"user": "nobody", "cmd": []string{"/other"}},
	}), 0o600))
	return file
}

// reports reads the reports of a run.
func (d *try) reports(t *testing.T, what, _ string) {
	t.Helper()
	for file, parsed := range map[string]func(*testing.T, string, string){
		"r.xml": drilltest.ReadXML, "r.json": drilltest.ReadJSON, "r.md": drilltest.ReadMarkdown, "r.html": drilltest.ReadHTML,
	} {
		text, err := os.ReadFile(filepath.Join(d.folder, file))
		assert.Check(t, err, "%s", what)
		drilltest.ReadText(t, what+" "+file, string(text))
		parsed(t, what+" "+file, string(text))
	}
}
