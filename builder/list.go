package builder

import (
	"fmt"
	"slices"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Names are the builders that there are: our own for this docker context first, then the others of buildx, then the
// docker contexts, which are builders too. Nothing is contacted.
func (c *Client) Names() ([]string, error) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return nil, err
	}
	defer release()
	groups, err := txn.List()
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("listing builders: %w", err), errdefs.ErrBroken)
	}
	names := make([]string, 0, len(groups))
	for _, group := range groups {
		names = append(names, group.Name)
	}
	slices.Sort(names)
	if i := slices.Index(names, c.DefaultName()); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, c.DefaultName())
	}
	contexts, err := c.dockerCLI.ContextStore().List()
	if err != nil {
		return names, nil // what is there is worth more than why the rest is not
	}
	for _, found := range contexts {
		if !slices.Contains(names, found.Name) {
			names = append(names, found.Name)
		}
	}
	return names, nil
}
