package create

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Check refuses what no builder can be made of, before anything is contacted or made. Its errors are of class
// [errdefs.ErrInput].
func Check(ctx context.Context, client *builder.Client, config Config) error {
	check := checking{client: client, config: config}
	check.config.Name = cmp.Or(config.Name, client.DefaultName())
	check.group, check.known = inStore(client, check.config.Name)
	if config.Driver == "" {
		check.config.Driver = driverOfGroup(check.group)
	}
	for _, one := range []func(context.Context) error{
		check.name, check.driver, check.nodes, check.removals, check.options, check.flags, check.file,
	} {
		if err := one(ctx); err != nil {
			return errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	return nil
}

// Driver is how the nodes of the builder are run that config asks for: as they are or, where it has to be made, as they
// are going to be.
func Driver(client *builder.Client, config Config) string {
	if config.Driver == "" {
		group, _ := inStore(client, cmp.Or(config.Name, client.DefaultName()))
		config.Driver = driverOfGroup(group)
	}
	return driverOf(config)
}

// inStore is the builder of a name, nil: there is none. known is false where that cannot be told.
func inStore(client *builder.Client, name string) (group *store.NodeGroup, known bool) {
	txn, release, err := builder.Instances(client.CLI())
	if err != nil {
		return nil, false
	}
	defer release()
	group, err = txn.NodeGroupByName(name)
	if err != nil {
		return nil, errors.Is(err, os.ErrNotExist)
	}
	return group, true
}

// driverOfGroup is the driver that a builder keeps; empty: there is none, or one that is another builder then.
func driverOfGroup(group *store.NodeGroup) string {
	if group == nil || group.Driver == builder.DockerDriver {
		return ""
	}
	return group.Driver
}

// checking is one look at a configuration.
type checking struct {
	client *builder.Client
	config Config
	// group is the builder that is there already, if known.
	group *store.NodeGroup
	known bool
}

// name checks --builder. What a docker context is called no builder can be made with.
func (c checking) name(context.Context) error {
	if err := builder.CheckName(c.config.Name, true); err != nil {
		return fmt.Errorf("--builder: %w", err)
	}
	if c.group != nil || !c.known {
		return nil
	}
	_, err := c.client.CLI().ContextStore().GetMetadata(c.config.Name)
	if err == nil || c.config.Name == command.DefaultContextName {
		return fmt.Errorf(
			"--builder: no builder can be made that is called %q, which is a docker context; give another name, "+
				"as in --builder %s-farm",
			c.config.Name,
			c.config.Name,
		)
	}
	return nil
}

// flags checks --buildkitd-flags.
func (c checking) flags(context.Context) error {
	other := c.config.Image != "" || setsOption(c.config.DriverOpts, "image")
	if err := checkDaemonFlags(c.config.BuildkitdFlags, other); err != nil {
		return fmt.Errorf("--buildkitd-flags %q: %w", shownFlags(c.config.BuildkitdFlags), err)
	}
	return nil
}

// file reads --buildkitd-config as buildx does, with the certificates that it names.
func (c checking) file(context.Context) error {
	if c.config.ConfigFile == "" {
		return nil
	}
	info, err := os.Stat(c.config.ConfigFile)
	switch {
	case err == nil && info.IsDir():
		err = errors.New("it is a folder; name a file in TOML")
	case err == nil:
		err = checkConfigFile(c.config.ConfigFile)
	}
	if err == nil {
		_, err = confutil.LoadConfigFiles(c.config.ConfigFile)
	}
	if err != nil {
		return fmt.Errorf("--buildkitd-config %q: %w", c.config.ConfigFile, err)
	}
	return nil
}

// nodes checks the addresses of --node; contexts are looked for.
func (c checking) nodes(context.Context) error {
	platforms, places := map[string]bool{}, map[string]string{}
	for _, spec := range c.config.Nodes {
		err := c.endpoint(spec.Endpoint)
		place := leadsTo(c.client, spec.Endpoint)
		if named := places[place]; named != "" && spec.Endpoint != clusterNode {
			err = namedTwice(named, spec.Endpoint)
		}
		places[place] = spec.Endpoint
		for _, p := range spec.Platforms {
			if platforms[p] {
				err = fmt.Errorf("%s is given to two nodes; a platform is built by one", p)
			}
			platforms[p] = true
		}
		if slices.ContainsFunc(c.config.RemoveNodes, func(s string) bool { return leadsTo(c.client, s) == place }) {
			err = errors.New("it is to be removed as well")
		}
		if err != nil {
			return fmt.Errorf("node %s: %w", spec.shown(), err)
		}
	}
	if c.config.Driver != "" {
		return checkNodes(c.config.Driver, c.config.Nodes)
	}
	return nil
}

// namedTwice refuses two nodes that are one machine.
func namedTwice(first, second string) error {
	what := "it is named twice"
	if sameAs(first) != sameAs(second) {
		what = fmt.Sprintf("it is the engine that %s is as well", first)
	}
	return fmt.Errorf("%s; give a node all its platforms at once, as in linux/arm64+linux/arm/v7=NODE", what)
}
