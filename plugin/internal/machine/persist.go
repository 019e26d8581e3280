package machine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// persist makes emulators come back with the engine.
func (i *Init) persist(ctx context.Context) error {
	if !i.request.Persist {
		return nil
	}
	var architectures []string
	for _, row := range i.rows {
		if row.EngineRuns && !row.Native && !slices.Contains(architectures, row.Asked.Architecture) {
			architectures = append(architectures, row.Asked.Architecture)
		}
	}
	present, err := binfmt.Persisted(ctx, i.host.EngineClient())
	if err != nil || len(architectures) == 0 || present.Covers(architectures...) {
		return failure.Wrap(errdefs.ErrNotReady, err, "docker info")
	}
	for _, a := range present.Architectures {
		if !slices.Contains(architectures, a) {
			architectures = append(architectures, a)
		}
	}
	image, err := i.builder.DaemonImage(ctx)
	if err == nil && image == "" {
		err = fmt.Errorf("builder %s has driver %s: --persist needs the image of a docker-container builder",
			i.builder.Name, i.builder.Driver)
	}
	if err != nil {
		return &PersistError{Amiss: Amiss{err}, Instead: i.host.Builders().DefaultName()}
	}
	if err := i.pull(ctx, i.request.BinfmtImage); err != nil {
		return err
	}
	err = progress.Wrap("starting container "+binfmt.PersistName, i.display.Write, func(progress.SubLogger) error {
		return binfmt.Persist(ctx, i.host.EngineClient(), i.request.BinfmtImage, image, architectures)
	})
	if err != nil {
		return failure.Wrap(errdefs.ErrNotReady, err, "docker logs "+binfmt.PersistName)
	}
	i.changes = append(i.changes, fmt.Sprintf("container %s registers emulators for %s whenever the engine starts",
		binfmt.PersistName, strings.Join(architectures, ", ")))
	return nil
}
