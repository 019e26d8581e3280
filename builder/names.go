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
// `docker buildx use` unless its driver is docker. With none of them the error is of class [ErrNotReady].
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
	if _, err := txn.NodeGroupByName(name); err == nil {
		return name, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", unreadable(dockerCLI, name, err)
	}
	if name = chosen(txn, dockerCLI); name != "" {
		return name, nil
	}
	return "", classify(errors.New("there is no builder for this docker context yet"), ErrNotReady)
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
