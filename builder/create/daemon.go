package create

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/driver/bkimage"
	"github.com/docker/buildx/store"
	"github.com/docker/go-units"
	enginecontainer "github.com/moby/moby/api/types/container"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// daemonEngine is what looking at a builder's container needs of the Engine API.
type daemonEngine interface {
	ContainerInspect(
		context.Context, string, dockerclient.ContainerInspectOptions,
	) (dockerclient.ContainerInspectResult, error)
	CopyFromContainer(
		context.Context, string, dockerclient.CopyFromContainerOptions,
	) (dockerclient.CopyFromContainerResult, error)
}

// daemon is the container of a node.
type daemon struct {
	// name is that of the container; empty: there is none.
	name string
	// differences say in what it is not as the node's settings ask.
	differences []string
	// unfinished is true where it is as asked for, but was not given its files and has never run: what made it was
	// interrupted. There is nothing in it to lose.
	unfinished bool
}

// daemonOf compares the container of a node, where there is one, with the node's settings: buildx starts the one that
// has the name, whoever made it and with whatever settings.
func daemonOf(ctx context.Context, engine daemonEngine, node store.Node) (daemon, error) {
	name := driver.BuilderName(node.Name)
	inspected, err := engine.ContainerInspect(ctx, name, dockerclient.ContainerInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return daemon{}, nil
	}
	if err != nil {
		return daemon{}, errdefs.Classify(fmt.Errorf("looking for container %q: %w", name, err), errdefs.ErrNotReady)
	}
	c := inspected.Container
	if c.Config == nil || c.HostConfig == nil {
		return daemon{name: name, differences: []string{"it tells nothing of its settings"}}, nil
	}
	out := slices.Concat(imageDifference(node, c), flagsDifference(node, c), optionsOfContainer(node, c))
	files, err := filesOfContainer(ctx, engine, name, node)
	if len(out) == 0 && len(files) > 0 && c.State != nil && c.State.Status == enginecontainer.StateCreated {
		return daemon{name: name, unfinished: true}, err
	}
	return daemon{name: name, differences: slices.Concat(out, files)}, err
}

// imageDifference compares the image of the container.
func imageDifference(node store.Node, c enginecontainer.InspectResponse) []string {
	want := node.DriverOpts["image"]
	if want == "" {
		want = bkimage.DefaultImage
	}
	if sameImage(want, c.Config.Image) {
		return nil
	}
	return []string{fmt.Sprintf("its container is of image %q, not %q", c.Config.Image, want)}
}

// sameImage tells whether a container of image has is one of image want. buildx adds the digest to a tag.
func sameImage(want, has string) bool {
	wanted, err := reference.ParseNormalizedNamed(want)
	if err != nil {
		return want == has
	}
	found, err := reference.ParseNormalizedNamed(has)
	if err != nil || wanted.Name() != found.Name() {
		return false
	}
	if pinned, ok := wanted.(reference.Digested); ok {
		digested, ok := found.(reference.Digested)
		return ok && digested.Digest() == pinned.Digest()
	}
	return tagOf(wanted) == tagOf(found)
}

// tagOf is the tag of a name, latest where it has none.
func tagOf(name reference.Named) string {
	if tagged, ok := reference.TagNameOnly(name).(reference.Tagged); ok {
		return tagged.Tag()
	}
	return "" // a digest alone
}

// flagsDifference compares the arguments of buildkitd. One too many counts: it may allow what nobody asked for.
func flagsDifference(node store.Node, c enginecontainer.InspectResponse) []string {
	want := node.BuildkitdFlags
	if _, ok := node.Files[buildkitdFile]; ok {
		want = slices.Concat([]string{"--config", daemonConfigFolder + "/" + buildkitdFile}, want)
	}
	if slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(c.Config.Cmd))) {
		return nil
	}
	return []string{fmt.Sprintf("its container runs buildkitd with %q, not %q",
		strings.Join(c.Config.Cmd, " "), strings.Join(want, " "))}
}

// optionsOfContainer compares what driver options have made of the container. The values of variables are not shown:
// they may hold passwords.
func optionsOfContainer(node store.Node, c enginecontainer.InspectResponse) []string {
	var out []string
	if node.DriverOpts["network"] == "" && c.HostConfig.NetworkMode.IsHost() {
		out = append(out, "its container has the network of the host, which is not asked for")
	}
	for _, key := range slices.Sorted(maps.Keys(node.DriverOpts)) {
		want := node.DriverOpts[key]
		if name, found := strings.CutPrefix(key, "env."); found {
			if !slices.Contains(c.Config.Env, name+"="+want) {
				out = append(out, "its container has another value of the variable "+name)
			}
			continue
		}
		if has, known := optionOf(key, c.HostConfig); known && has != inBytes(key, want) {
			out = append(out, fmt.Sprintf("its container has %s %q, not %q", key, has, want))
		}
	}
	return out
}

// optionOf reads back from a container what a driver option has set; known is false for one that is not looked at.
func optionOf(key string, host *enginecontainer.HostConfig) (value string, known bool) {
	number := func(n int64) (string, bool) { return strconv.FormatInt(n, 10), true }
	switch key {
	case "network":
		return string(host.NetworkMode), !host.NetworkMode.IsContainer() // whose name the engine replaces by its ID
	case "memory":
		return number(host.Memory)
	case "memory-swap":
		return number(host.MemorySwap)
	case "cpu-period":
		return number(host.CPUPeriod)
	case "cpu-quota":
		return number(host.CPUQuota)
	case "cpu-shares":
		return number(host.CPUShares)
	case "cpuset-cpus":
		return host.CpusetCpus, true
	case "cpuset-mems":
		return host.CpusetMems, true
	}
	return "", false
}

// inBytes is the value of a driver option as a container has it.
func inBytes(key, value string) string {
	if key != "memory" && key != "memory-swap" {
		return value
	}
	if n, err := units.RAMInBytes(value); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return value
}
