package builder

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// engineOfFiles is an engine with one container that holds files.
type engineOfFiles struct {
	files map[string]string
	asked []string
	// cut is how many bytes of a file come.
	cut int
}

func (c *engineOfFiles) CopyFromContainer(
	_ context.Context, name string, o dockerclient.CopyFromContainerOptions,
) (dockerclient.CopyFromContainerResult, error) {
	c.asked = append(c.asked, name+":"+o.SourcePath)
	body, has := c.files[o.SourcePath]
	if !has {
		return dockerclient.CopyFromContainerResult{}, cerrdefs.ErrNotFound
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: "file", Typeflag: tar.TypeReg, Size: int64(len(body))})
	_, writeErr := io.WriteString(w, body)
	if err = errors.Join(err, writeErr, w.Close()); err != nil {
		return dockerclient.CopyFromContainerResult{}, err
	}
	sent := archive.Bytes()
	if c.cut > 0 {
		sent = sent[:c.cut]
	}
	return dockerclient.CopyFromContainerResult{Content: io.NopCloser(bytes.NewReader(sent))}, nil
}

func largeBlob(text string) (string, ocispec.Descriptor) {
	body := strings.Repeat(text, leastFile)
	return body, ocispec.Descriptor{Digest: digest.FromString(body), Size: int64(len(body))}
}

func fileOf(desc ocispec.Descriptor) string { return nodeContent + "/sha256/" + desc.Digest.Encoded() }

func emptyStore(t *testing.T) content.Store {
	t.Helper()
	store, err := local.NewStore(t.TempDir())
	assert.NilError(t, err)
	return store
}

// A large layer comes as a file, which is counted like all that a node sends, and BuildKit is told that it is there.
func TestLargeLayersComeAsFiles(t *testing.T) {
	body, desc := largeBlob("layer")
	engine := &engineOfFiles{files: map[string]string{fileOf(desc): body}}
	s := &sink{Store: emptyStore(t), files: &nodeFiles{engine: engine, container: "node"}}

	_, err := s.Writer(t.Context(), content.WithRef("layer"), content.WithDescriptor(desc))
	assert.ErrorIs(t, err, cerrdefs.ErrAlreadyExists)
	assert.Equal(t, s.root(), desc.Digest)
	has, err := content.ReadBlob(t.Context(), s.Store, desc)
	assert.NilError(t, err)
	assert.Equal(t, string(has), body)
	assert.DeepEqual(t, engine.asked, []string{"node:" + fileOf(desc)})
	assert.Equal(t, s.fetched.Load(), desc.Size)
}

// What is small, or does not come, or comes otherwise, BuildKit sends.
func TestLayersThatDoNotComeAsFiles(t *testing.T) {
	body, desc := largeBlob("layer")
	other, _ := largeBlob("rebel")
	small := ocispec.Descriptor{Digest: digest.FromString("small"), Size: 5}
	for name, test := range map[string]struct {
		engine engineOfFiles
		desc   ocispec.Descriptor
		body   string
		asked  int
	}{
		"small":         {engineOfFiles{}, small, "small", 0},
		"not there":     {engineOfFiles{}, desc, body, 1},
		"another":       {engineOfFiles{files: map[string]string{fileOf(desc): other}}, desc, body, 1},
		"another size":  {engineOfFiles{files: map[string]string{fileOf(desc): body + "more"}}, desc, body, 1},
		"cut":           {engineOfFiles{files: map[string]string{fileOf(desc): body}, cut: leastFile}, desc, body, 1},
		"not even tar":  {engineOfFiles{files: map[string]string{fileOf(desc): body}, cut: 100}, desc, body, 1},
		"without bytes": {engineOfFiles{files: map[string]string{fileOf(desc): body}, cut: 512}, desc, body, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sink{Store: emptyStore(t), files: &nodeFiles{engine: &test.engine, container: "node"}}
			w, err := s.Writer(t.Context(), content.WithRef("layer"), content.WithDescriptor(test.desc))
			assert.NilError(t, err)
			status, err := w.Status()
			assert.NilError(t, err)
			assert.Equal(t, status.Offset, int64(0))
			_, err = io.WriteString(w, test.body)
			assert.NilError(t, err)
			assert.NilError(t, w.Commit(t.Context(), test.desc.Size, test.desc.Digest))
			assert.NilError(t, w.Close())
			has, err := content.ReadBlob(t.Context(), s.Store, test.desc)
			assert.NilError(t, err)
			assert.Equal(t, string(has), test.body)
			assert.Equal(t, len(test.engine.asked), test.asked)
		})
	}
}

// A node that keeps its content elsewhere is asked once.
func TestNodeWithoutFilesIsAskedOnce(t *testing.T) {
	engine := &engineOfFiles{}
	s := &sink{Store: emptyStore(t), files: &nodeFiles{engine: engine, container: "node"}}
	for _, text := range []string{"one", "two"} {
		_, desc := largeBlob(text)
		w, err := s.Writer(t.Context(), content.WithRef(text), content.WithDescriptor(desc))
		assert.NilError(t, err)
		assert.NilError(t, w.Close())
	}
	assert.Equal(t, len(engine.asked), 1)
}
