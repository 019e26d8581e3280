package create

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/buildx/util/confutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Check refuses what no builder can be made of, before anything is contacted or made. Its errors are of class
// [errdefs.ErrInput].
func Check(ctx context.Context, client *builder.Client, config Config) error {
	check := checking{client: client, config: config}
	if config.Driver == "" {
		check.config.Driver = driverInStore(client, config.Name)
	}
	for _, one := range []func(context.Context) error{
		check.name, check.driver, check.nodes, check.options, check.flags, check.file,
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
		config.Driver = driverInStore(client, config.Name)
	}
	return driverOf(config)
}

// driverInStore is the driver of a builder that is there; empty: there is none, or none that is known.
func driverInStore(client *builder.Client, name string) string {
	txn, release, err := builder.Instances(client.CLI())
	if err != nil {
		return ""
	}
	defer release()
	group, err := txn.NodeGroupByName(cmp.Or(name, client.DefaultName()))
	if err != nil || group.Driver == builder.DockerDriver {
		return ""
	}
	return group.Driver
}

// checking is one look at a configuration.
type checking struct {
	client *builder.Client
	config Config
}

// name checks --builder.
func (c checking) name(context.Context) error {
	if c.config.Name == "" {
		return nil
	}
	if err := builder.CheckName(c.config.Name, true); err != nil {
		return fmt.Errorf("--builder: %w", err)
	}
	return nil
}

// flags checks --buildkitd-flags.
func (c checking) flags(context.Context) error {
	other := c.config.Image != "" || setsOption(c.config.DriverOpts, "image")
	if err := checkDaemonFlags(c.config.BuildkitdFlags, other); err != nil {
		return fmt.Errorf("--buildkitd-flags %q: %w", c.config.BuildkitdFlags, err)
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
	platforms, endpoints := map[string]bool{}, map[string]bool{}
	for _, spec := range c.config.Nodes {
		err := c.endpoint(spec.Endpoint)
		if endpoints[spec.Endpoint] && spec.Endpoint != clusterNode {
			err = errors.New("it is named twice; give a node all its platforms at once, as in linux/arm64+linux/arm/v7=NODE")
		}
		endpoints[spec.Endpoint] = true
		for _, p := range spec.Platforms {
			if platforms[p] {
				err = fmt.Errorf("%s is given to two nodes; a platform is built by one", p)
			}
			platforms[p] = true
		}
		if slices.Contains(c.config.RemoveNodes, spec.Endpoint) {
			err = errors.New("it is to be removed as well")
		}
		if err != nil {
			return fmt.Errorf("node %s=%s: %w", strings.Join(spec.Platforms, "+"), spec.Endpoint, err)
		}
	}
	if c.config.Driver != "" {
		return checkNodes(c.config.Driver, c.config.Nodes)
	}
	return nil
}

// endpoint checks one address, or the name of a docker context.
func (c checking) endpoint(text string) error {
	scheme, rest, isURL := strings.Cut(text, "://")
	if text == clusterNode {
		return nil
	}
	if !isURL {
		if _, err := c.client.CLI().ContextStore().GetMetadata(text); err != nil {
			return fmt.Errorf("there is no docker context %q; see: docker context ls; or give ssh://HOST or tcp://HOST:PORT",
				text)
		}
		return nil
	}
	switch scheme {
	case "ssh", "tcp", "http", "https":
		return address(scheme, text)
	case "unix", "npipe", "fd", "docker-container", "kube-pod", "podman-container":
		if rest == "" {
			return errors.New("nothing stands behind ://")
		}
		return nil
	}
	return fmt.Errorf("nothing is reached by %s://; give a docker context, ssh://HOST or tcp://HOST:PORT", scheme)
}

// address checks the address of a machine.
func address(scheme, text string) error {
	at, err := url.Parse(text)
	if err != nil {
		return err
	}
	port, err := strconv.ParseUint(cmp.Or(at.Port(), "0"), 10, 16)
	switch {
	case at.Hostname() == "" || scheme == "tcp" && at.Port() == "":
		return errors.New("there is no host or no port in it; give ssh://HOST or tcp://HOST:PORT")
	case err != nil || at.Port() != "" && port == 0:
		return fmt.Errorf("there is no port %s; give one between 1 and 65535", at.Port())
	case scheme == "tcp" && (at.User != nil || at.Host != strings.TrimPrefix(text, "tcp://")):
		return errors.New("there is more in it than a host and a port; give tcp://HOST:PORT")
	}
	return nil
}
