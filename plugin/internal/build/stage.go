package build

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// looks are what was seen of the files of images where they were built, by platform as it was asked for.
type looks struct {
	mu   sync.Mutex
	seen map[string]*audit.Looked
}

// of is what was seen of a platform; nil: nothing.
func (l *looks) of(p ocispec.Platform) *audit.Looked {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, looked := range l.seen {
		if asked, err := platform.Parse([]string{name}); err == nil && platform.Satisfies(p, asked[0]) {
			return looked
		}
	}
	return nil
}

// look sees the files of a platform where they were built: its layers do not come here. Where that is not possible the
// audit reads the layers where they are pushed to.
func (b *run) look(ctx context.Context, p ocispec.Platform, files builder.Files) error {
	name := platform.Format(p)
	var found *audit.Looked
	err := progress.Wrap("["+name+"] looking at the files where they were built", b.display.Write,
		func(progress.SubLogger) (err error) {
			found, err = audit.Look(ctx, files)
			return err
		})
	if ctx.Err() != nil {
		return fmt.Errorf("looking at the files of %s: %w", name, ctx.Err())
	}
	if err != nil {
		shown.Note(b.display, name+": its files cannot be seen on the node: "+err.Error())
		return nil
	}
	b.looked.mu.Lock()
	defer b.looked.mu.Unlock()
	if b.looked.seen == nil {
		b.looked.seen = map[string]*audit.Looked{}
	}
	b.looked.seen[name] = found
	return nil
}

// seeStaged sees that what a node has pushed stands in the repositories as this machine sees them.
func (b *run) seeStaged(ctx context.Context, image manifest.Image) error {
	client := b.host.Registries(b.plan.Trust, func(line string) { shown.Note(b.display, line) })
	for _, repository := range b.plan.Request.Stage.Repositories {
		at := staged.Stage{Store: b.store, Client: client, At: func(manifest.Image) []string { return []string{repository} }}
		err := at.Check(ctx, image, true)
		if gone, ok := errors.AsType[*staged.GoneError](err); ok {
			return failure.Wrap(registry.ErrRefused, fmt.Errorf("%s of %s was pushed to %s by the node that built it, and is "+
				"not there for this machine: the name has to mean the same registry for both", gone.What,
				platform.Format(image.Platform), repository), "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
