package container_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	ours "github.com/docker-multiplat/docker-multiplat/builder/container"
)

// leftEngine has things with owners, by name.
type leftEngine struct {
	ours.Lister
	owners map[string]string
	gone   []string
	stays  string
}

func (e *leftEngine) labels(name string) map[string]string {
	return map[string]string{ours.Label: "test", ours.OwnerLabel: e.owners[name]}
}

func (e *leftEngine) remove(name string) error {
	if name == e.stays {
		return errors.New("in use")
	}
	e.gone = append(e.gone, name)
	return nil
}

// of are the names of a kind.
func (e *leftEngine) of(kind string) (names []string) {
	for name := range e.owners {
		if strings.HasPrefix(name, kind) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (e *leftEngine) ContainerList(
	context.Context, dockerclient.ContainerListOptions,
) (list dockerclient.ContainerListResult, _ error) {
	for _, name := range e.of("container") {
		list.Items = append(list.Items, container.Summary{ID: name, Labels: e.labels(name)})
	}
	return list, nil
}

func (e *leftEngine) NetworkList(
	context.Context, dockerclient.NetworkListOptions,
) (list dockerclient.NetworkListResult, _ error) {
	for _, name := range e.of("network") {
		one := network.Network{ID: name, Name: name, Labels: e.labels(name)}
		list.Items = append(list.Items, network.Summary{Network: one})
	}
	return list, nil
}

func (e *leftEngine) VolumeList(
	context.Context, dockerclient.VolumeListOptions,
) (list dockerclient.VolumeListResult, _ error) {
	for _, name := range e.of("volume") {
		list.Items = append(list.Items, volume.Volume{Name: name, Labels: e.labels(name)})
	}
	return list, nil
}

func (e *leftEngine) ImageList(
	context.Context, dockerclient.ImageListOptions,
) (list dockerclient.ImageListResult, _ error) {
	for _, name := range e.of("image") {
		list.Items = append(list.Items, image.Summary{ID: name, Labels: e.labels(name)})
	}
	return list, nil
}

func (e *leftEngine) ContainerRemove(
	_ context.Context, id string, _ dockerclient.ContainerRemoveOptions,
) (none dockerclient.ContainerRemoveResult, _ error) {
	return none, e.remove(id)
}

func (e *leftEngine) NetworkRemove(
	_ context.Context, id string, _ dockerclient.NetworkRemoveOptions,
) (none dockerclient.NetworkRemoveResult, _ error) {
	return none, e.remove(id)
}

func (e *leftEngine) VolumeRemove(
	_ context.Context, id string, _ dockerclient.VolumeRemoveOptions,
) (none dockerclient.VolumeRemoveResult, _ error) {
	return none, e.remove(id)
}

func (e *leftEngine) ImageRemove(
	_ context.Context, id string, _ dockerclient.ImageRemoveOptions,
) (none dockerclient.ImageRemoveResult, _ error) {
	return none, e.remove(id)
}

// deadOwner is the owner that a process was which has ended.
func deadOwner(t *testing.T) string {
	t.Helper()
	ended := exec.CommandContext(t.Context(), "true")
	assert.NilError(t, ended.Run())
	const pid = 4
	parts := strings.Split(ours.Owner(), "/")
	parts[pid] = strconv.Itoa(ended.Process.Pid)
	return strings.Join(parts, "/")
}

// Only what dead processes of this user on this machine have made is left over.
func TestLeftovers(t *testing.T) {
	dead := deadOwner(t)
	other := func(part int, value string) string {
		parts := strings.Split(dead, "/")
		parts[part] = value
		return strings.Join(parts, "/")
	}
	again := strings.Split(ours.Owner(), "/") // another process has the number of the one that is dead
	again[len(again)-1] = "1"
	e := &leftEngine{owners: map[string]string{
		"container1": dead, "container2": ours.Owner(), "container3": other(0, "elsewhere"), "container4": other(1, "boot"),
		"container5": other(2, "pid:[1]"), "container6": other(3, strconv.Itoa(os.Geteuid()+1)), "container7": "",
		"container8": "//", "container9": strings.Join(again, "/"),
		"network1": dead, "network2": ours.Owner(), "volume1": dead, "volume2": other(0, "elsewhere"), "image1": dead,
		"image2": ours.Owner(),
	}, stays: "volume1"}
	left, err := ours.Leftovers(t.Context(), e)
	assert.NilError(t, err)
	images, err := ours.LeftImages(t.Context(), e)
	assert.NilError(t, err)
	left = append(left, images...)
	gone, err := ours.RemoveLeft(t.Context(), left)
	assert.ErrorContains(t, err, "removing the volume volume1 that was left: in use")
	want := []string{"container1", "container9", "network1", "image1"}
	assert.DeepEqual(t, e.gone, want)
	names := []string{}
	for _, l := range gone {
		assert.Equal(t, l.Purpose, "test")
		names = append(names, l.Name)
	}
	assert.DeepEqual(t, names, want)
}
