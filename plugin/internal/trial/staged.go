package trial

import (
	"context"
	"fmt"
	"io"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// Staged makes an image of the store a subject whose layers stand in repositories alone; none: they are here. looked is
// what was got of its files when it was built; nil: what was kept of that counts.
func (s *Shelf) Staged(image store.PlatformImage, at []string, looked *audit.Looked) Subject {
	if len(at) == 0 {
		return s.Subject(image)
	}
	own := *s
	own.bench = s.bench.at(image.Image.Platform)
	return stagedImage{storedImage{&own, image}, at[0], looked}
}

// stagedImage is an image of the store whose layers stand in a repository.
type stagedImage struct {
	storedImage
	at     string
	looked *audit.Looked
}

func (i stagedImage) from() string { return i.at }

// audit implements Subject. What was seen of the files on the node that built them is enough; else the layers are read
// where they stand.
func (i stagedImage) audit(ctx context.Context) (audit.Report, error) {
	image, allow := i.of.Image, i.bench.wanted(i.of.Image.Platform).AllowForeign
	looked, err := i.looked, error(nil)
	if looked != nil {
		err = i.auditor.Keep(ctx, image.Manifest.Digest, looked)
	} else {
		looked, err = i.auditor.Looked(ctx, image.Manifest.Digest)
	}
	if err != nil {
		return audit.Report{}, err
	}
	auditor := i.auditor
	if looked == nil {
		shown.Note(i.bench.Display, fmt.Sprintf("%s: its layers are read from %s for the audit",
			platform.Format(image.Platform), i.at))
		client := i.bench.host.Registries(i.bench.Plan.Trust, func(line string) { shown.Note(i.bench.Display, line) })
		stage := staged.Stage{
			Store: i.store, Client: client, At: func(manifest.Image) []string { return []string{i.at} },
		}
		blobs, err := stage.Blobs(ctx, i.store.Content(), []manifest.Image{image})
		if err != nil {
			return audit.Report{}, err
		}
		auditor = audit.New(blobs.Streams(), i.store.Scans())
	}
	return ShowAudit(i.bench.Display, image.Platform, func() (audit.Report, error) {
		return auditor.AuditLooked(ctx, image.Manifest, image.Platform, allow, looked)
	})
}

// load has the engine pull the image by digest, and gives it the names that a draft's image has. The names by digest of
// those that it replaces go: they would keep them there.
func (i stagedImage) load(ctx context.Context) (Loaded, error) {
	if i.bench.cluster != nil {
		return i.there(ctx)
	}
	if eng := i.bench.Engine.Platform; i.of.Image.Platform.OS != eng.OS {
		return Loaded{}, &otherOSError{eng.OS}
	}
	archive, err := i.archive(ctx)
	if err != nil {
		return Loaded{}, err
	}
	name, err := staged.Name(i.at, i.of.Image.Manifest.Digest)
	if err != nil {
		return Loaded{}, err
	}
	archive.Into, archive.Pulled = i.bench.place, true
	pulled, eng := reference.FamiliarString(name), i.bench.host.EngineClient()
	err = i.bench.pull(ctx, i.of.Image.Platform, pulled, archive.ID)
	if cerrdefs.IsNotFound(err) {
		if err = i.restore(ctx, name); err == nil {
			err = i.bench.pull(ctx, i.of.Image.Platform, pulled, archive.ID)
		}
	}
	if err != nil {
		return Loaded{}, err
	}
	archive.Write = func(context.Context, io.Writer) error {
		return fmt.Errorf("%s has lost %q, which it had pulled", i.bench.engineWords(), pulled)
	}
	_, err = localtest.Load(ctx, eng, archive, i.bench.on(i.of.Image.Platform))
	for _, id := range archive.Replaces {
		old, named := staged.Name(i.at, digest.Digest(id))
		if err == nil && named == nil && id != i.of.Image.Manifest.Digest.String() {
			err = localtest.ForgetDigest(ctx, eng, reference.FamiliarString(old))
		}
	}
	return loaded(archive, err, i.describe)
}

// restore puts an image again where it was staged, by its digest, as publishing does: cleaners remove what has no tag,
// and its manifest and config are here. Of one whose layers are gone, too, or that may not be put there, it says so.
func (i stagedImage) restore(ctx context.Context, name reference.Canonical) error {
	of, manifestOf := platform.Format(i.of.Image.Platform), i.of.Image.Manifest
	stage := staged.Stage{
		Store: i.store, At: func(manifest.Image) []string { return []string{i.at} },
		Client: i.bench.host.Registries(i.bench.Plan.Trust, func(line string) { shown.Note(i.bench.Display, line) }),
	}
	if err := stage.Check(ctx, i.of.Image, false); err != nil {
		return err
	}
	if err := i.sendTo(ctx, name, manifestOf); err != nil {
		return &staged.GoneError{Platform: of, Repository: i.at, What: manifestOf.Digest, Err: failure.Interrupted(ctx, err)}
	}
	shown.Note(i.bench.Display, of+": its manifest was gone from "+i.at+", and was put there again")
	return nil
}

// describe is the image for the tests, which read its files from the engine.
func (i stagedImage) describe(ctx context.Context, archive localtest.Archive) (localtest.Image, error) {
	config, err := i.store.ReadBlob(ctx, i.of.Manifest.Config)
	if err != nil {
		return localtest.Image{}, err
	}
	image, err := i.bench.describe(i.of.Image.Platform, config)
	image.ID, image.Name = archive.ID, archive.Name
	image.Layers = []structure.Layer{localtest.Exported(i.bench.host.EngineClient(), image.ID)}
	return image, err
}
