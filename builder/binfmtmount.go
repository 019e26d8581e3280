package builder

import (
	"context"
	"fmt"

	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/store"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// daemon names the container of the first node in the engine in use; empty where it has none there, or was not needed.
func (b *Builder) daemon() string {
	if b.Driver != ContainerDriver || len(b.nodes) == 0 || !isAsked(b.nodes[0]) {
		return ""
	}
	group := &store.NodeGroup{Driver: b.Driver, Nodes: []store.Node{{Endpoint: b.Endpoint}}}
	if checkEndpoint(b.dockerCLI, group) != nil {
		return "" // a builder that was named may be elsewhere
	}
	return driver.BuilderName(b.nodes[0].Name)
}

// DaemonImage is the image of the builder's container, which has a shell unless the user chose another; empty where
// there is no such container.
func (b *Builder) DaemonImage(ctx context.Context) (string, error) {
	name := b.daemon()
	if name == "" {
		return "", nil
	}
	inspected, err := b.dockerCLI.Client().ContainerInspect(ctx, name, dockerclient.ContainerInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("inspecting container %q: %w", name, err)
	}
	return inspected.Container.Image, nil
}

// MountBinfmt mounts binfmt_misc in the builder's container, which is privileged and long-lived: then the kernel
// keeps its entries as long as the container runs, also where the host has not mounted it. ok is false where the
// builder has no container of its own.
func (b *Builder) MountBinfmt(ctx context.Context) (ok bool, err error) {
	name := b.daemon()
	if name == "" {
		return false, nil
	}
	const script = "[ -e " + binfmt.Folder + "/status ] || mount -t binfmt_misc binfmt_misc " + binfmt.Folder
	exit, err := container.Exec(ctx, b.dockerCLI.Client(), name, "sh", "-c", script)
	if err != nil {
		return false, err
	}
	if exit.Code != 0 {
		return false, fmt.Errorf("mounting binfmt_misc in container %q: exit code %d: %s", name, exit.Code, exit.Stderr)
	}
	return true, nil
}

// MountedTable reads the kernel's table where the builder's container has binfmt_misc mounted; ok is false where it
// has not.
func (b *Builder) MountedTable(ctx context.Context) (table binfmt.Table, ok bool, err error) {
	name := b.daemon()
	if name == "" || !b.Running() {
		return binfmt.Table{}, false, nil
	}
	exit, err := container.Exec(ctx, b.dockerCLI.Client(), name, "sh", "-c", binfmt.ReadScript(binfmt.Folder))
	if err != nil || exit.Code != 0 {
		return binfmt.Table{}, false, err
	}
	table, err = binfmt.ParseScript(string(exit.Stdout))
	return table, err == nil && table.Mounted, err
}
