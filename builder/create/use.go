package create

import (
	"fmt"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/dockerutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// use makes a builder the current one of this docker context, as `docker buildx use NAME` does.
func use(txn *store.Txn, client *builder.Client, group *store.NodeGroup) error {
	endpoint, err := dockerutil.GetCurrentEndpoint(client.CLI())
	if err != nil {
		return fmt.Errorf("choosing builder %q: %w", group.Name, err)
	}
	if err := txn.SetCurrent(endpoint, group.Name, false, false); err != nil {
		return fmt.Errorf("choosing builder %q: %w", group.Name, err)
	}
	return nil
}
