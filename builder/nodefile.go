package builder

import (
	"archive/tar"
	"context"
	"io"
	"path"
	"sync/atomic"

	"github.com/containerd/containerd/v2/core/content"
	buildxbuilder "github.com/docker/buildx/builder"
	"github.com/docker/buildx/util/confutil"
	dockerclient "github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// nodeContent is where BuildKit keeps its content in the container of a node.
const nodeContent = confutil.DefaultBuildKitStateDir + "/runc-overlayfs/content/blobs"

// leastFile is the size in bytes from which on a blob is taken as a file: to ask for one takes some milliseconds.
const leastFile = 1 << 20

// containerFiles is what taking a file out of a container needs of the Engine API.
type containerFiles interface {
	CopyFromContainer(
		context.Context, string, dockerclient.CopyFromContainerOptions,
	) (dockerclient.CopyFromContainerResult, error)
}

// nodeFiles takes large blobs out of the container of a node, as files, past BuildKit.
//
// What BuildKit exports it sends through a process in its container, whose output the engine passes on: each byte is
// copied by five processes. The engine sends a file by itself. What comes is held against its digest as always, and
// what does not come BuildKit sends: it may keep its content elsewhere.
type nodeFiles struct {
	engine    containerFiles
	container string
	// not is set when the node does not keep its content where it is looked for.
	not atomic.Bool
}

// nodeFilesOf are those of a node that is a container of an engine; nil for others.
func nodeFilesOf(node buildxbuilder.Node) *nodeFiles {
	if node.Driver == nil || node.Driver.Factory().Name() != ContainerDriver {
		return nil
	}
	config := node.Driver.Config()
	if config.DockerAPI == nil {
		return nil
	}
	return &nodeFiles{engine: config.DockerAPI, container: config.Name}
}

// fill writes a blob and commits it, and tells whether that was done. Where it was not, the writer is as it was, unless
// there is an error.
func (n *nodeFiles) fill(ctx context.Context, w content.Writer, desc ocispec.Descriptor) (bool, error) {
	if n == nil || n.not.Load() || desc.Size < leastFile || desc.Digest.Validate() != nil {
		return false, nil
	}
	if status, err := w.Status(); err != nil || status.Offset != 0 {
		return false, nil // BuildKit goes on with what it has begun to send
	}
	at := path.Join(nodeContent, desc.Digest.Algorithm().String(), desc.Digest.Encoded())
	copied, err := n.engine.CopyFromContainer(ctx, n.container, dockerclient.CopyFromContainerOptions{SourcePath: at})
	if err != nil {
		n.not.Store(true)
		return false, nil
	}
	defer func() { _ = copied.Content.Close() }()
	if !copyFile(w, copied.Content, desc) || w.Digest() != desc.Digest {
		return false, w.Truncate(0)
	}
	return true, w.Commit(ctx, desc.Size, desc.Digest)
}

// copyFile copies the file that an archive begins with, and tells whether it came whole.
func copyFile(w io.Writer, archive io.Reader, desc ocispec.Descriptor) bool {
	files := tar.NewReader(archive)
	if file, err := files.Next(); err != nil || file.Typeflag != tar.TypeReg || file.Size != desc.Size {
		return false
	}
	buffer := make([]byte, leastFile)
	copied, err := io.CopyBuffer(struct{ io.Writer }{w}, files, buffer) //nolint:gosec // its size is known
	return err == nil && copied == desc.Size
}
