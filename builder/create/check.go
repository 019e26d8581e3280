package create

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/docker/buildx/driver"
	"github.com/docker/buildx/util/confutil"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Check refuses what no builder can be made of, before anything is contacted or made. Its errors are of class
// [errdefs.ErrInput].
func Check(ctx context.Context, client *builder.Client, config Config) error {
	check := checking{client: client, config: config}
	for _, one := range []func(context.Context) error{check.name, check.driverOpts, check.flags, check.file, check.nodes} {
		if err := one(ctx); err != nil {
			return errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	return nil
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

// driverOpts has the driver read its options, as it does when a builder is started.
func (c checking) driverOpts(ctx context.Context) error {
	name := driverOf(c.config)
	factory, err := driver.GetFactory(name, true)
	if err != nil {
		return err
	}
	if err := checkDriverOptions(c.config.DriverOpts); err != nil {
		return err
	}
	api, err := dockerclient.New() // which the driver wants to have, and does not use yet
	if err != nil {
		return err
	}
	for _, text := range c.config.DriverOpts {
		fields, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil {
			return fmt.Errorf("--driver-opt %q is no option of a driver: %w; give it as KEY=VALUE", text, err)
		}
		for _, field := range fields {
			key, value, ok := strings.Cut(field, "=")
			if !ok || key == "" {
				return fmt.Errorf("--driver-opt %q is no option of a driver: there is no = in it; give it as KEY=VALUE", text)
			}
			_, err := factory.New(ctx, driver.InitConfig{
				DriverOpts: map[string]string{key: value}, DockerAPI: api,
			})
			if err != nil && (name == builder.ContainerDriver || strings.Contains(err.Error(), "invalid driver option")) {
				return fmt.Errorf("--driver-opt %q: %w", text, err) // those of others depend on each other
			}
		}
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
	for _, spec := range c.config.Nodes {
		if err := c.endpoint(spec.Endpoint); err != nil {
			return fmt.Errorf("node %s=%s: %w", strings.Join(spec.Platforms, "+"), spec.Endpoint, err)
		}
	}
	return nil
}

// endpoint checks one address, or the name of a docker context.
func (c checking) endpoint(text string) error {
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		if _, err := c.client.CLI().ContextStore().GetMetadata(text); err != nil {
			return fmt.Errorf("there is no docker context %q; see: docker context ls; or give ssh://HOST or tcp://HOST:PORT",
				text)
		}
		return nil
	}
	switch scheme {
	case "ssh", "tcp", "http", "https":
		at, err := url.Parse(text)
		if err != nil {
			return err
		}
		if at.Hostname() == "" || scheme == "tcp" && at.Port() == "" {
			return errors.New("there is no host or no port in it; give ssh://HOST or tcp://HOST:PORT")
		}
		return nil
	case "unix", "npipe", "fd", "docker-container", "kube-pod", "podman-container":
		if rest == "" {
			return errors.New("nothing stands behind ://")
		}
		return nil
	}
	return fmt.Errorf("nothing is reached by %s://; give a docker context, ssh://HOST or tcp://HOST:PORT", scheme)
}
