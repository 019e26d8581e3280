package builder

import (
	"errors"
	"fmt"
	"os"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
)

// DefaultName is the name of the builder that [Create] makes for the docker context in use. A builder is bound
// to the endpoint of its creation, so each context other than the default has one of its own.
func DefaultName(dockerCLI command.Cli) string {
	if name := dockerCLI.CurrentContext(); name != "" && name != command.DefaultContextName {
		return "multiplat-" + name
	}
	return "multiplat"
}

// Resolve chooses the builder: the name given, else our own for this docker context, else the one chosen with
// `docker buildx use` unless its driver is docker. With none of them the error is of class [ErrNotReady]. So it is when
// our own builds on another engine than the one in use (DOCKER_HOST does not change the context's name), which is of
// class [ErrElsewhere] as well; one that was named may do so.
func Resolve(dockerCLI command.Cli, name string) (string, error) {
	txn, release, err := storeutil.GetStore(dockerCLI)
	if err != nil {
		return "", classify(fmt.Errorf("opening the buildx builder store: %w", err), ErrNotReady)
	}
	defer release()
	if name != "" {
		return name, exists(txn, dockerCLI, name)
	}
	name = DefaultName(dockerCLI)
	if group, err := txn.NodeGroupByName(name); err == nil {
		return name, checkEndpoint(dockerCLI, group)
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", unreadable(dockerCLI, name, err)
	}
	if name = chosen(txn, dockerCLI); name != "" {
		return name, nil
	}
	return "", classify(errors.New("there is no builder for this docker context yet"), ErrNotReady)
}

// checkEndpoint refuses a builder whose containers are not in the engine in use.
func checkEndpoint(dockerCLI command.Cli, group *store.NodeGroup) error {
	if group.Driver != containerDriver || len(group.Nodes) == 0 {
		return nil
	}
	current, err := dockerutil.GetCurrentEndpoint(dockerCLI)
	if err != nil {
		return classify(fmt.Errorf("finding the endpoint of the docker context: %w", err), ErrNotReady)
	}
	there := group.Nodes[0].Endpoint
	if there != current && there != dockerCLI.CurrentContext() {
		err := fmt.Errorf("builder %q builds on the engine at %s, but the engine in use is %s", group.Name, there, current)
		return classify(classify(err, ErrElsewhere), ErrNotReady)
	}
	return nil
}

func exists(txn *store.Txn, dockerCLI command.Cli, name string) error {
	if _, err := txn.NodeGroupByName(name); err != nil && !errors.Is(err, os.ErrNotExist) && !store.IsErrInvalidName(err) {
		return unreadable(dockerCLI, name, err)
	}
	if _, err := storeutil.GetNodeGroup(txn, dockerCLI, name); err != nil {
		return classify(fmt.Errorf("finding builder %q: %w", name, err), ErrNotReady)
	}
	return nil
}

// chosen returns the name of the builder picked with `docker buildx use`, if it can serve.
func chosen(txn *store.Txn, dockerCLI command.Cli) string {
	endpoint, err := dockerutil.GetCurrentEndpoint(dockerCLI)
	if err != nil {
		return ""
	}
	group, err := txn.Current(endpoint)
	if err != nil || group == nil || group.Driver == "" || group.Driver == dockerDriver {
		return ""
	}
	return group.Name
}
