package plugintest

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// ProvenanceType is the predicate type of provenance (SLSA v1).
const ProvenanceType = "https://slsa.dev/provenance/v1"

// OpenStore opens the store of a CLI until the test ends.
func OpenStore(t *testing.T, fake interface{ Drafts() string }) *store.Store {
	t.Helper()
	s, err := store.Open(fake.Drafts())
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, s.Close()) })
	return s
}

// Named parses NAME:TAG.
func Named(t *testing.T, text string) reference.NamedTagged {
	t.Helper()
	name, err := reference.ParseNormalizedNamed(text)
	assert.NilError(t, err)
	tagged, ok := reference.TagNameOnly(name).(reference.NamedTagged)
	assert.Assert(t, ok, text)
	return tagged
}

// ParsePlatforms parses the values of --platform.
func ParsePlatforms(t *testing.T, values ...string) []ocispec.Platform {
	t.Helper()
	list, err := platform.Parse(values)
	assert.NilError(t, err)
	return list
}

// WriteBlob writes a blob into a store.
func WriteBlob(t *testing.T, s *store.Store, mediaType string, body []byte) ocispec.Descriptor {
	t.Helper()
	desc, err := s.WriteBlob(t.Context(), mediaType, body)
	assert.NilError(t, err)
	return desc
}

// WriteJSON writes a document into a store.
func WriteJSON(t *testing.T, s *store.Store, mediaType string, document any) ocispec.Descriptor {
	t.Helper()
	body, err := json.Marshal(document)
	assert.NilError(t, err)
	return WriteBlob(t, s, mediaType, body)
}

// LayerOf is an archive with a program of the platform and a text.
func LayerOf(t *testing.T, p ocispec.Platform, text string) []byte {
	t.Helper()
	files := []struct {
		name string
		mode int64
		body []byte
	}{{"text", 0o644, []byte(text)}}
	program, err := binfmt.ProgramFor(p)
	if !errors.Is(err, binfmt.ErrNoProgram) {
		assert.NilError(t, err)
		files = append(files, struct {
			name string
			mode int64
			body []byte
		}{"app", 0o755, program})
	}
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, f := range files {
		assert.NilError(t, archive.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.body))}))
		_, err := archive.Write(f.body)
		assert.NilError(t, err)
	}
	assert.NilError(t, archive.Close())
	return layer.Bytes()
}

// PlainImage stores a small image that nothing attests; text makes it differ from others.
func PlainImage(t *testing.T, s *store.Store, platform, text string) manifest.Image {
	t.Helper()
	return StartedBy(t, s, platform, text, "/app")
}

// StartedBy is PlainImage with another command.
func StartedBy(t *testing.T, s *store.Store, platform, text string, command ...string) manifest.Image {
	t.Helper()
	p := ParsePlatforms(t, platform)[0]
	layer := WriteBlob(t, s, ocispec.MediaTypeImageLayer, LayerOf(t, p, text+" for "+platform))
	config := WriteJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{
		Platform: p,
		Config:   ocispec.ImageConfig{Cmd: command},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layer.Digest}},
	})
	return manifest.Image{Platform: p, Manifest: WriteJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    config,
		Layers:    []ocispec.Descriptor{layer},
	})}
}

// Attest adds a statement of any type to an image's attestation manifest.
func Attest(t *testing.T, s *store.Store, image manifest.Image, predicateType, statement string) manifest.Image {
	t.Helper()
	attested, err := record.Attest(t.Context(), s, image, predicateType, []byte(statement))
	assert.NilError(t, err)
	return attested
}

// UntestedImage stores an image with provenance, as a build leaves it.
func UntestedImage(t *testing.T, s *store.Store, platform, text string) manifest.Image {
	t.Helper()
	image := PlainImage(t, s, platform, text)
	subject := `[{"digest":{"sha256":"` + image.Manifest.Digest.Encoded() + `"}}]`
	return Attest(t, s, image, ProvenanceType, `{"of":"`+text+`","subject":`+subject+`}`)
}

// Judged gives an image the record of a verdict of its smoke test, or takes it away.
func Judged(
	t *testing.T, s *store.Store, image manifest.Image, verdict localtest.Verdict, settings ...record.Setting,
) manifest.Image {
	t.Helper()
	result := record.Result{Configuration: settings}
	switch {
	case verdict.Good():
		result.Result, result.Passed = record.Passed, []string{"smoke test"}
	case verdict == localtest.Failed:
		result.Result, result.Failed = record.Failed, []string{"smoke test"}
	default:
		dropped, err := record.Drop(t.Context(), s, image)
		assert.NilError(t, err)
		return dropped
	}
	recorded, err := record.Add(t.Context(), s, image, "docker.io/library/app:1", result)
	assert.NilError(t, err)
	return recorded
}

// PassedImage stores an image that may be published.
func PassedImage(t *testing.T, s *store.Store, platform, text string) manifest.Image {
	t.Helper()
	return Judged(t, s, UntestedImage(t, s, platform, text), localtest.Passed)
}

// SaveDraft stores a draft that was asked for these platforms.
func SaveDraft(t *testing.T, s *store.Store, name, platforms string, images ...manifest.Image) store.Draft {
	t.Helper()
	draft, err := s.Update(t.Context(), Named(t, name), func(d *store.Draft) error {
		d.Platforms, d.Images, d.Notes = ParsePlatforms(t, platforms), images, map[string]store.Note{}
		return nil
	})
	assert.NilError(t, err)
	return draft
}

// SaveNote puts a note on one platform of a draft.
func SaveNote(t *testing.T, s *store.Store, name, platform string, note store.Note) {
	t.Helper()
	_, err := s.Update(t.Context(), Named(t, name), func(d *store.Draft) error {
		d.Notes[platform] = note
		return nil
	})
	assert.NilError(t, err)
}

// x86Program is the header of a static x86-64 program.
func x86Program() []byte {
	header := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 57)...)
	binary.LittleEndian.PutUint16(header[16:], 2)
	binary.LittleEndian.PutUint16(header[18:], 62)
	return header
}

// ProgramsOf stores an image that starts the first of these programs, all of them for x86-64.
func ProgramsOf(t *testing.T, s *store.Store, platform string, paths ...string) store.PlatformImage {
	t.Helper()
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	for _, path := range paths {
		header := &tar.Header{Name: path, Mode: 0o755, Size: int64(len(x86Program()))}
		assert.NilError(t, archive.WriteHeader(header))
		_, err := archive.Write(x86Program())
		assert.NilError(t, err)
	}
	assert.NilError(t, archive.Close())
	p := ParsePlatforms(t, platform)[0]
	config := ocispec.Image{Platform: p, Config: ocispec.ImageConfig{Entrypoint: []string{paths[0]}}}
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: WriteJSON(t, s, ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{WriteBlob(t, s, ocispec.MediaTypeImageLayer, layer.Bytes())},
	}
	image := manifest.Image{Platform: p, Manifest: WriteJSON(t, s, ocispec.MediaTypeImageManifest, m)}
	return store.PlatformImage{Image: image, Manifest: m, Config: config}
}
