package create

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/buildx/driver"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
	"github.com/docker-multiplat/docker-multiplat/internal/scratch"
)

// noCluster is a configuration of a Kubernetes client that leads nowhere: the driver reads its options only where it
// has one, and contacts nothing.
const noCluster = `{"apiVersion":"v1","kind":"Config","current-context":"c",
"contexts":[{"name":"c","context":{"cluster":"c"}}],
"clusters":[{"name":"c","cluster":{"server":"https://127.0.0.1:1"}}]}`

// driver checks --driver, and what goes with it.
func (c checking) driver(context.Context) error {
	drivers := []string{builder.ContainerDriver, builder.RemoteDriver, builder.KubernetesDriver}
	if c.config.Driver == "" {
		return nil
	}
	if !slices.Contains(drivers, c.config.Driver) {
		return fmt.Errorf("--driver %q: there are %s", c.config.Driver, strings.Join(drivers, ", "))
	}
	if c.config.Driver != builder.RemoteDriver {
		return nil
	}
	for _, given := range [][2]string{
		{"image", c.config.Image}, {"flags", shownFlags(c.config.BuildkitdFlags)}, {"settings", c.config.ConfigFile},
	} {
		if given[1] != "" {
			return fmt.Errorf("daemons of the driver remote run already, and take no %s %q; leave them out", given[0], given[1])
		}
	}
	return nil
}

// options has the driver read its options, as it does when a builder is started: those that are said for all nodes, and
// those of each.
func (c checking) options(ctx context.Context) error {
	for _, text := range c.config.DriverOpts {
		which := fmt.Sprintf("--driver-opt %q", shownOptions(text))
		fields, err := keyvalue.Pairs(text)
		if err != nil {
			return fmt.Errorf("%s is no option of a driver: %w; give it as KEY=VALUE", which, err)
		}
		if err := c.read(ctx, which, NodeSpec{DriverOpts: fields}); err != nil {
			return err
		}
	}
	name := driverOf(c.config)
	if name == builder.KubernetesDriver {
		if err := c.inCluster(); err != nil {
			return err
		}
	}
	for _, spec := range c.config.specs(name) {
		which := "node " + spec.shown()
		if err := c.read(ctx, which, spec); err != nil {
			return err
		}
		if err := c.instance(ctx, spec.Endpoint, spec.DriverOpts); err != nil && name != builder.ContainerDriver {
			return fmt.Errorf("%s: %w", which, err)
		}
	}
	return nil
}

// read has the driver read options one by one, and looks at the files that they name. That some are missing which go
// with them is not said of one alone.
func (c checking) read(ctx context.Context, which string, spec NodeSpec) error {
	for _, option := range mergedOptions(nil, spec.DriverOpts) {
		key, file, _ := strings.Cut(option, "=")
		if err := checkImage(key, file); err != nil {
			return fmt.Errorf("%s: %w", which, err)
		}
		isFile := slices.Contains(certificateOptions(), key)
		if isFile { // before the driver reads it
			if err := checkFiles([]string{file}); err != nil {
				return fmt.Errorf("reading %s: %w", which, err)
			}
		}
		err := c.takes(ctx, spec.Endpoint, option)
		if err != nil && !strings.Contains(err.Error(), "but missing keys") {
			shown := keyvalue.Join(keyvalue.One(option, OpenOption))
			if strings.Contains(which, shown) {
				return fmt.Errorf("%s: %w", which, err)
			}
			return fmt.Errorf("%s: its option %q: %w", which, shown, err)
		}
		if !isFile || driverOf(c.config) != builder.RemoteDriver {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%s: the file of %s: %w", which, key, err)
		}
	}
	return nil
}

// takes is what stands against one option of the driver of a node.
func (c checking) takes(ctx context.Context, endpoint, option string) error {
	key, value, _ := strings.Cut(option, "=")
	if err := checkPodOption(driverOf(c.config), key, value); err != nil {
		return err
	}
	return c.instance(ctx, endpoint, []string{option})
}

// checkImage refuses an image that is none.
func checkImage(key, value string) error {
	if key != "image" || value == "" {
		return nil
	}
	if _, err := reference.ParseNormalizedNamed(value); err != nil {
		return fmt.Errorf("its image is none: %w", err)
	}
	return nil
}

// instance has a driver made with options. Nothing is contacted.
func (c checking) instance(ctx context.Context, endpoint string, options []string) error {
	factory, err := driver.GetFactory(driverOf(c.config), true)
	if err != nil {
		return err
	}
	api, err := dockerclient.New() // which the driver wants to have, and does not use yet
	if err != nil {
		return err
	}
	config := driver.InitConfig{
		Name: driver.BuilderName("check"), EndpointAddr: endpoint, DockerAPI: api, DriverOpts: map[string]string{},
	}
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		config.DriverOpts[key] = value
	}
	if factory.Name() != builder.KubernetesDriver {
		_, err = factory.New(ctx, config)
		return err
	}
	folder, err := scratch.New("check")
	if err != nil {
		return err
	}
	defer func() { _ = folder.Remove() }()
	file := filepath.Join(folder.Path, "config")
	if err := os.WriteFile(file, []byte(noCluster), 0o600); err != nil {
		return err
	}
	config.EndpointAddr = "kubernetes:///check?deployment=check&kubeconfig=" + file
	_, err = factory.New(ctx, config)
	return err
}
