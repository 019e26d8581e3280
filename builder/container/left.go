package container

import (
	"context"
	"errors"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"
)

// OwnerLabel is on all that this program makes in an engine for a moment. Its value tells which process of which
// machine has made it, so that what a killed one has left can be told from what a living one, or another machine, works
// with.
const OwnerLabel = "com.docker-multiplat.owner"

// shortID is how much of a container's ID is shown.
const shortID = 12

// Labels are those of what is made for a purpose.
func Labels(purpose string) map[string]string {
	labels := map[string]string{Label: purpose}
	if owner := Owner(); owner != "" {
		labels[OwnerLabel] = owner
	}
	return labels
}

// Left is something in an engine that a process has made which was killed since.
type Left struct {
	// Kind is container, network, volume or image, Name what the engine calls it, and Purpose what it was made for.
	Kind, Name, Purpose string
	remove              func(context.Context) error
}

// Lister is what looking for leftovers needs of the Engine API.
type Lister interface {
	Remover
	ContainerList(context.Context, dockerclient.ContainerListOptions) (dockerclient.ContainerListResult, error)
	NetworkList(context.Context, dockerclient.NetworkListOptions) (dockerclient.NetworkListResult, error)
	NetworkRemove(context.Context, string, dockerclient.NetworkRemoveOptions) (dockerclient.NetworkRemoveResult, error)
	VolumeList(context.Context, dockerclient.VolumeListOptions) (dockerclient.VolumeListResult, error)
	VolumeRemove(context.Context, string, dockerclient.VolumeRemoveOptions) (dockerclient.VolumeRemoveResult, error)
	ImageList(context.Context, dockerclient.ImageListOptions) (dockerclient.ImageListResult, error)
	ImageRemove(context.Context, string, dockerclient.ImageRemoveOptions) (dockerclient.ImageRemoveResult, error)
}

// Leftovers lists what dead processes of this user on this machine have left in an engine, but for images: containers
// first, which hold the rest.
func Leftovers(ctx context.Context, engine Lister) ([]Left, error) {
	if Owner() == "" {
		return nil, nil
	}
	filters := make(dockerclient.Filters).Add("label", OwnerLabel)
	var left []Left
	add := func(kind, name string, labels map[string]string, remove func(context.Context) error) {
		if Dead(labels[OwnerLabel]) {
			left = append(left, Left{Kind: kind, Name: name, Purpose: labels[Label], remove: remove})
		}
	}
	containers, err := engine.ContainerList(ctx, dockerclient.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("looking for containers that were left: %w", err)
	}
	for _, c := range containers.Items {
		add("container", c.ID[:min(len(c.ID), shortID)], c.Labels, func(ctx context.Context) error {
			return Remove(ctx, engine, c.ID)
		})
	}
	networks, err := engine.NetworkList(ctx, dockerclient.NetworkListOptions{Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("looking for networks that were left: %w", err)
	}
	for _, n := range networks.Items {
		add("network", n.Name, n.Labels, func(ctx context.Context) error {
			_, err := engine.NetworkRemove(ctx, n.ID, dockerclient.NetworkRemoveOptions{})
			return err
		})
	}
	volumes, err := engine.VolumeList(ctx, dockerclient.VolumeListOptions{Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("looking for volumes that were left: %w", err)
	}
	for _, v := range volumes.Items {
		add("volume", v.Name, v.Labels, func(ctx context.Context) error {
			_, err := engine.VolumeRemove(ctx, v.Name, dockerclient.VolumeRemoveOptions{})
			return err
		})
	}
	return left, nil
}

// LeftImages lists the images that dead processes have left: those of probes, and of stacks of containers. An engine
// reads all of its images to find them, which takes seconds where there are hundreds.
func LeftImages(ctx context.Context, engine Lister) (left []Left, err error) {
	if Owner() == "" {
		return nil, nil
	}
	filters := make(dockerclient.Filters).Add("label", OwnerLabel)
	images, err := engine.ImageList(ctx, dockerclient.ImageListOptions{All: true, Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("looking for images that were left: %w", err)
	}
	for _, i := range images.Items {
		if !Dead(i.Labels[OwnerLabel]) {
			continue
		}
		left = append(left, Left{
			Kind: "image", Name: imageName(i.ID, i.RepoTags), Purpose: i.Labels[Label],
			remove: func(ctx context.Context) error {
				_, err := engine.ImageRemove(ctx, i.ID, dockerclient.ImageRemoveOptions{Force: len(i.RepoTags) <= 1})
				return err
			},
		})
	}
	return left, nil
}

// imageName is what an image is called.
func imageName(id string, tags []string) string {
	if len(tags) > 0 {
		return tags[0]
	}
	return id
}

// RemoveLeft removes what was left, and returns what is gone. What cannot be removed is in the error.
func RemoveLeft(ctx context.Context, left []Left) (gone []Left, err error) {
	for _, l := range left {
		switch failed := l.remove(ctx); {
		case failed == nil || cerrdefs.IsNotFound(failed):
			gone = append(gone, l)
		default:
			err = errors.Join(err, fmt.Errorf("removing the %s %s that was left: %w", l.Kind, l.Name, failed))
		}
	}
	return slices.Clip(gone), err
}
