package trial

import (
	"context"
	"errors"
	"fmt"
	"io"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// send puts an image where it is going to be published, by its digest, for a cluster to fetch it from: its layers, its
// config, its manifest. No tag is written.
func (i storedImage) send(ctx context.Context) (Loaded, error) {
	if len(i.names) == 0 {
		return Loaded{}, errors.New("an image without a name has no registry that a cluster could fetch it from")
	}
	name, desc := i.names[0], i.of.Image.Manifest
	at, err := reference.WithDigest(reference.TrimNamed(name), desc.Digest)
	if err != nil {
		return Loaded{}, fmt.Errorf("naming the image for %s: %w", platform.Format(i.of.Image.Platform), err)
	}
	if err := i.sendTo(ctx, name, desc); err != nil {
		return Loaded{}, &UnsentError{Image: at, Err: failure.Interrupted(ctx, err)}
	}
	return Loaded{describe: func(ctx context.Context) (localtest.Image, error) {
		image, err := i.describe(ctx, localtest.Archive{Name: reference.FamiliarString(at), ID: at.String()})
		image.CanRun = i.bench.introduce(image)
		return image, err
	}}, nil
}

// UnsentError is an image that did not get to where a cluster was to fetch it from.
type UnsentError struct {
	Image reference.Canonical
	Err   error
}

// Error implements error.
func (e *UnsentError) Error() string {
	return fmt.Sprintf("sending %q for its tests in a cluster: %s", reference.FamiliarString(e.Image), e.Err)
}

// Unwrap gives what the registry has said.
func (e *UnsentError) Unwrap() error { return e.Err }

// sendTo sends an image to the repository of a name.
func (i storedImage) sendTo(ctx context.Context, name reference.Named, desc ocispec.Descriptor) error {
	display := i.bench.on(i.of.Image.Platform)
	client := i.bench.host.Registries(i.bench.Plan.Trust, func(line string) { shown.Note(display, line) })
	repository, err := client.Repository(ctx, name, registry.Push)
	if err != nil {
		return err
	}
	of := desc
	of.Platform = &i.of.Image.Platform
	// it says itself for which platform
	if err := publish.NewAhead(repository, i.bench.Display).Send(ctx, i.store.Content(), of, nil); err != nil {
		return err
	}
	body, err := i.store.Read(ctx, desc)
	if err != nil {
		return err
	}
	return repository.PutManifest(ctx, desc.Digest.String(), desc.MediaType, body)
}

// there is an image whose layers stand where a cluster fetches them from already.
func (i stagedImage) there(ctx context.Context) (Loaded, error) {
	at, err := staged.Name(i.at, i.of.Image.Manifest.Digest)
	if err != nil {
		return Loaded{}, err
	}
	client := i.bench.host.Registries(i.bench.Plan.Trust, func(line string) { shown.Note(i.bench.Display, line) })
	repository, err := client.Repository(ctx, at, registry.Pull)
	if err != nil {
		return Loaded{}, err
	}
	if _, err := repository.Head(ctx, at.Digest().String()); cerrdefs.IsNotFound(err) {
		if err := i.restore(ctx, at); err != nil {
			return Loaded{}, err
		}
	}
	return Loaded{describe: func(ctx context.Context) (localtest.Image, error) {
		config, err := i.store.ReadBlob(ctx, i.of.Manifest.Config)
		if err != nil {
			return localtest.Image{}, err
		}
		image, err := i.bench.describe(i.of.Image.Platform, config)
		image.Name, image.ID = reference.FamiliarString(at), at.String()
		image.Layers = layersAt(repository, i.of.Manifest)
		image.CanRun = i.bench.introduce(image)
		return image, err
	}}, nil
}

// introduce has the nodes of the bench know who the users of an image are, and gives what tells whether they run it.
func (b *Bench) introduce(image localtest.Image) func(context.Context) (bool, error) {
	b.nodes.Knows(image.ID, image.Accounts(), func(err error) bool { return errors.Is(err, structure.ErrNoAccount) })
	return b.nodes.Runs(image.ID)
}

// layersAt opens the layers of an image in its registry, lowest first.
func layersAt(repository *registry.Repository, m ocispec.Manifest) (list []structure.Layer) {
	for _, desc := range m.Layers {
		list = append(list, func(ctx context.Context) (io.ReadCloser, error) {
			blob, err := repository.Open(ctx, desc)
			if err != nil {
				return nil, err
			}
			return &checked{ReadCloser: blob, of: desc, sum: desc.Digest.Verifier()}, nil
		})
	}
	return list
}

// checked is a blob that is what its digest says when it has been read to its end.
type checked struct {
	io.ReadCloser
	of  ocispec.Descriptor
	sum digest.Verifier
}

// Read implements [io.Reader].
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	_, _ = c.sum.Write(p[:n]) // a hash takes everything
	if errors.Is(err, io.EOF) && !c.sum.Verified() {
		err = fmt.Errorf("layer %s: %w", c.of.Digest, registry.ErrIntegrity)
	}
	return n, err
}
