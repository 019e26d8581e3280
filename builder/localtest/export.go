package localtest

import (
	"context"
	"errors"
	"fmt"
	"io"

	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
)

// Exporter is what reading the files of an image needs of the Engine API.
type Exporter interface {
	ContainerCreate(context.Context, dockerclient.ContainerCreateOptions) (dockerclient.ContainerCreateResult, error)
	ContainerExport(
		context.Context,
		string,
		dockerclient.ContainerExportOptions,
	) (dockerclient.ContainerExportResult, error)
	container.Remover
}

// Exported is the file system of an image the engine has, as one layer, for an image that is not in a store of ours. It
// is that of a container which is made for it and never started; the engine adds files of its own to it, such as
// /etc/hosts.
func Exported(engine Exporter, id string) structure.Layer {
	return func(ctx context.Context) (io.ReadCloser, error) {
		creating, done := container.Outlive(ctx)
		defer done()
		created, err := engine.ContainerCreate(creating, dockerclient.ContainerCreateOptions{
			Config: &enginecontainer.Config{
				Image: id, Cmd: []string{"never started"}, Labels: container.Labels("export"),
			},
		})
		if err != nil {
			return nil, fmt.Errorf("making a container to read its files: %w", err)
		}
		files := &export{ctx: ctx, engine: engine, id: created.ID}
		if files.ReadCloser, err = engine.ContainerExport(
			ctx,
			created.ID,
			dockerclient.ContainerExportOptions{},
		); err != nil {
			return nil, errors.Join(fmt.Errorf("reading the files of a container: %w", err), files.remove())
		}
		return files, nil
	}
}

// export is the tar of a container that goes away with it.
type export struct {
	io.ReadCloser
	ctx    context.Context
	engine Exporter
	id     string
}

// Close implements io.Closer; it also removes the container the export came from.
func (e *export) Close() error { return errors.Join(e.ReadCloser.Close(), e.remove()) }

func (e *export) remove() error { return container.Remove(e.ctx, e.engine, e.id) }
