package create

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/buildx/store"
	dockerclient "github.com/moby/moby/client"
	"github.com/pelletier/go-toml/v2"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// daemonConfigFolder is where buildx puts the settings and certificates of a node in its container.
const daemonConfigFolder = "/etc/buildkit"

// maxConfigFile bounds what is read of one file of settings in a container.
const maxConfigFile = 1 << 20

// filesOfContainer compares the settings and certificates that were copied into the container when it was made.
func filesOfContainer(ctx context.Context, engine daemonEngine, name string, node store.Node) ([]string, error) {
	if len(node.Files) == 0 {
		return nil, nil
	}
	copied, err := engine.CopyFromContainer(
		ctx,
		name,
		dockerclient.CopyFromContainerOptions{SourcePath: daemonConfigFolder},
	)
	has := map[string][]byte{}
	switch {
	case cerrdefs.IsNotFound(err):
	case err != nil:
		return nil, errdefs.Classify(fmt.Errorf("reading the settings in container %q: %w", name, err), errdefs.ErrNotReady)
	default:
		defer func() { _ = copied.Content.Close() }()
		if has, err = filesIn(copied.Content); err != nil {
			return nil, errdefs.Classify(fmt.Errorf("reading the settings in container %q: %w", name, err), errdefs.ErrNotReady)
		}
	}
	var out []string
	for _, file := range slices.Sorted(maps.Keys(node.Files)) {
		if !sameFile(file, node.Files[file], has[file]) {
			out = append(out, "its container has another file "+file)
		}
	}
	return out, nil
}

// sameFile compares the settings by their meaning: versions of buildx write the same differently.
func sameFile(name string, want, has []byte) bool {
	if name != buildkitdFile {
		return bytes.Equal(want, has)
	}
	var a, b map[string]any
	return toml.Unmarshal(want, &a) == nil && toml.Unmarshal(has, &b) == nil && reflect.DeepEqual(a, b)
}

// filesIn reads the regular files of a tar archive of one folder, by their names in that folder.
func filesIn(archive io.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	in := tar.NewReader(archive)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		text, _, err := localfile.Stream(in, maxConfigFile)
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(path.Clean(header.Name), path.Base(daemonConfigFolder)+"/")
		files[name] = text
	}
}
