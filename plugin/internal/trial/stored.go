package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// Shelf is a store on a bench: it makes its images subjects.
type Shelf struct {
	bench *Bench
	store *store.Store
	// auditor also keeps what is read of layers.
	auditor *audit.Auditor
	// names are the drafts that the images are of.
	names []reference.NamedTagged
}

// Shelf puts a store on the bench; its images are of these drafts.
func (b *Bench) Shelf(s *store.Store, names []reference.NamedTagged) *Shelf {
	return &Shelf{bench: b, store: s, auditor: audit.New(s.Content(), s.Scans()), names: names}
}

// Subject makes an image of the store a subject.
func (s *Shelf) Subject(image store.PlatformImage) Subject {
	own := *s
	own.bench = s.bench.at(image.Image.Platform)
	return storedImage{&own, image}
}

// storedImage is an image of the store.
type storedImage struct {
	*Shelf
	of store.PlatformImage
}

// Read implements [record.Reader].
func (i storedImage) Read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	return i.store.Read(ctx, desc)
}

func (i storedImage) image() manifest.Image { return i.of.Image }

func (i storedImage) identity(context.Context) (Identity, error) {
	of := Identity{Config: i.of.Manifest.Config.Digest, Debts: i.store.Debts()}
	if len(i.names) > 0 {
		of.Name = reference.FamiliarString(i.names[0])
	}
	return of, nil
}

func (storedImage) ours() bool { return true }

func (storedImage) from() string { return "" }

func (i storedImage) audit(ctx context.Context) (audit.Report, error) {
	image := i.of.Image
	found, err := ShowAudit(i.bench.Display, image.Platform, func() (audit.Report, error) {
		return i.auditor.Audit(ctx, image.Manifest, image.Platform, i.bench.wanted(image.Platform).AllowForeign)
	})
	if cerrdefs.IsNotFound(err) || errors.Is(err, audit.ErrLayer) && i.damaged(ctx) {
		return found, fmt.Errorf("%w: %w", store.ErrCorrupt, err)
	}
	return found, err
}

// damaged tells that the store has other layers of the image than were put there: then it is not the image's fault that
// they cannot be read.
func (i storedImage) damaged(ctx context.Context) bool {
	return slices.ContainsFunc(i.of.Manifest.Layers, func(layer ocispec.Descriptor) bool {
		return !images.IsNonDistributable(layer.MediaType) && errors.Is(i.store.CheckWhole(ctx, layer), store.ErrCorrupt)
	})
}

// otherOSError says that the engine is of another operating system than an image, and cannot hold it.
type otherOSError struct{ os string }

// Error implements error.
func (e *otherOSError) Error() string { return fmt.Sprintf("a %s engine cannot run it", e.os) }

func (i storedImage) load(ctx context.Context) (Loaded, error) {
	if i.bench.cluster != nil {
		return i.send(ctx)
	}
	if eng := i.bench.Engine.Platform; i.of.Image.Platform.OS != eng.OS {
		return Loaded{}, &otherOSError{eng.OS}
	}
	archive, err := i.archive(ctx)
	if err != nil {
		return Loaded{}, err
	}
	archive.Into = i.bench.place
	counted := &countedArchive{}
	if i.bench.Sent != nil && i.bench.place != "" {
		defer func() { i.bench.Sent(i.bench.place, counted.bytes.Load()) }()
	}
	less := i.less(ctx, archive)
	less.Write, archive.Write = counted.over(less.Write), counted.over(archive.Write)
	_, err = localtest.Load(ctx, i.bench.host.EngineClient(), less, i.bench.on(i.of.Image.Platform))
	if err != nil && less.Partial && ctx.Err() == nil { // it may have lost what it had
		_, err = localtest.Load(ctx, i.bench.host.EngineClient(), archive, i.bench.on(i.of.Image.Platform))
	}
	held, err := loaded(archive, err, i.describe)
	held.again = func(ctx context.Context) error {
		return localtest.Reload(ctx, i.bench.host.EngineClient(), archive, i.bench.on(i.of.Image.Platform))
	}
	return held, err
}

// loaded is an image that the engine has loaded, unless err says that it has not: what cannot be unpacked is the
// image's fault, all else is the machine's.
func loaded(
	archive localtest.Archive, err error, describe func(context.Context, localtest.Archive) (localtest.Image, error),
) (Loaded, error) {
	if errors.Is(err, localtest.ErrUnpack) {
		return Loaded{}, err
	} else if err != nil {
		return Loaded{}, failure.Wrap(errdefs.ErrNotReady, err, "")
	}
	return Loaded{name: archive.Name, describe: func(ctx context.Context) (localtest.Image, error) {
		return describe(ctx, archive)
	}}, nil
}

// archive is the image under the name it gets in the engine, NAME:TAG--ARCH, of each draft.
func (i storedImage) archive(ctx context.Context) (localtest.Archive, error) {
	names := make([]string, 0, len(i.names))
	for _, of := range i.names {
		named, err := ref.ArchName(of, i.of.Image.Platform)
		if err != nil {
			return localtest.Archive{}, err
		}
		names = append(names, reference.FamiliarString(named))
	}
	size, err := i.store.ArchiveSize(ctx, i.of.Image.Manifest)
	if err != nil {
		return localtest.Archive{}, err
	}
	id := i.of.Manifest.Config.Digest
	if i.bench.Engine.ContainerdStore {
		id = i.of.Image.Manifest.Digest
	}
	full, err := reference.ParseNormalizedNamed(names[0])
	if err != nil {
		return localtest.Archive{}, err
	}
	earlier, err := i.earlier(ctx)
	if err != nil {
		return localtest.Archive{}, err
	}
	return localtest.Archive{
		Name: names[0], Also: names[1:], ID: id.String(), Size: size, Replaces: earlier,
		Write: func(ctx context.Context, w io.Writer) error {
			return i.store.Archive(ctx, w, i.of.Image.Manifest, full.String())
		},
	}, nil
}

// earlier are the IDs that the images have in an engine which the drafts hold of the platform until now, or have loaded
// before.
func (i storedImage) earlier(ctx context.Context) (ids []string, err error) {
	for _, name := range i.names {
		d, err := i.store.Draft(ctx, name)
		if errors.Is(err, store.ErrNoDraft) || errors.Is(err, store.ErrCorrupt) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, image := range d.Images {
			if platform.Satisfies(image.Platform, i.of.Image.Platform) {
				ids = append(ids, i.store.EngineIDs(ctx, image)...)
				ids = append(ids, d.Note(image.Platform).Loaded...)
			}
		}
	}
	return ids, nil
}

// describe is the image for the tests, which also read its layers.
func (i storedImage) describe(ctx context.Context, archive localtest.Archive) (localtest.Image, error) {
	config, err := i.store.ReadBlob(ctx, i.of.Manifest.Config)
	if err != nil {
		return localtest.Image{}, err
	}
	image, err := i.bench.describe(i.of.Image.Platform, config)
	image.ID, image.Name = archive.ID, archive.Name
	for _, desc := range i.of.Manifest.Layers {
		image.Layers = append(image.Layers, i.layer(desc))
	}
	return image, err
}

// layer opens a layer in the store.
func (i storedImage) layer(desc ocispec.Descriptor) structure.Layer {
	return func(ctx context.Context) (io.ReadCloser, error) {
		if err := i.store.CheckWhole(ctx, desc); err != nil {
			return nil, err // or its bytes would be taken for the image's
		}
		at, err := i.store.Content().ReaderAt(ctx, desc)
		if err != nil {
			return nil, fmt.Errorf("opening layer %s: %w", desc.Digest, err)
		}
		return struct {
			io.Reader
			io.Closer
		}{content.NewReader(at), at}, nil
	}
}
