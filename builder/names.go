package builder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/confutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/command"
	contextstore "github.com/docker/cli/cli/context/store"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// DefaultName is the name of the builder that is made for the docker context in use. A builder is bound
// to the endpoint of its creation, so each context other than the default has one of its own.
func (c *Client) DefaultName() string {
	if name := c.dockerCLI.CurrentContext(); name != "" && name != command.DefaultContextName {
		return "multiplat-" + nameable(name)
	}
	return "multiplat"
}

// nameable is the name of a docker context as a builder can have it: without a plus, and in its place as much of a hash
// as tells it from other names.
func nameable(name string) string {
	if !strings.Contains(name, "+") {
		return name
	}
	const digits = 8
	return strings.ReplaceAll(name, "+", "-") + "-" + digest.FromString(name).Encoded()[:digits]
}

// Endpoint is the address of the engine in use, or the name of the docker context that has it; empty: unknown.
// Nothing is contacted.
func (c *Client) Endpoint() string {
	endpoint, err := dockerutil.GetCurrentEndpoint(c.dockerCLI)
	if err != nil {
		return ""
	}
	return endpoint
}

// Resolve chooses the builder: the name given, else our own for this docker context, else the one chosen with
// `docker buildx use` unless its driver is docker. With none of them the error is of class
// [errdefs.ErrNotReady]. So it is when
// our own builds on another engine than the one in use (DOCKER_HOST does not change the context's name), which is of
// class [errdefs.ErrElsewhere] as well; one that was named may do so.
func (c *Client) Resolve(name string) (string, error) {
	txn, release, err := Instances(c.dockerCLI)
	if err != nil {
		return "", err
	}
	defer release()
	if name != "" {
		return name, c.exists(txn, name)
	}
	name = c.DefaultName()
	if group, err := txn.NodeGroupByName(name); err == nil {
		return name, checkEndpoint(c.dockerCLI, group)
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", c.Unreadable(name, err)
	}
	if name = c.chosen(txn); name != "" {
		return name, nil
	}
	return "", errdefs.Classify(errors.New("there is no builder for this docker context yet"), errdefs.ErrNotReady)
}

// longestName is what a file may be called: buildx keeps a builder under its name.
const longestName = 255

// CheckName refuses what nothing can be called that buildx builds with: no builder and, where none is to be made, no
// docker context. Its errors are of class [errdefs.ErrInput].
func CheckName(name string, made bool) error {
	_, err := store.ValidateName(name)
	if err != nil && !made && contextstore.ValidateContextName(name) == nil {
		err = nil
	}
	if err == nil && len(name) > longestName {
		err = fmt.Errorf("it has %d characters, %d are allowed", len(name), longestName)
	} else if err != nil {
		err = errors.New("a name starts with a letter, and has letters, digits, dots, underscores and dashes only")
	}
	if err != nil {
		return errdefs.Classify(fmt.Errorf("no builder is called %q: %w", name, err), errdefs.ErrInput)
	}
	return nil
}

// checkEndpoint refuses a builder whose containers are not in the engine in use.
func checkEndpoint(dockerCLI command.Cli, group *store.NodeGroup) error {
	if group.Driver != ContainerDriver || len(group.Nodes) == 0 {
		return nil
	}
	current, err := dockerutil.GetCurrentEndpoint(dockerCLI)
	if err != nil {
		return errdefs.Classify(fmt.Errorf("finding the endpoint of the docker context: %w", err), errdefs.ErrNotReady)
	}
	there := group.Nodes[0].Endpoint
	if there != current && there != dockerCLI.CurrentContext() {
		err := fmt.Errorf("builder %q builds on the engine at %s, but the engine in use is %s", group.Name, there, current)
		return errdefs.Classify(errdefs.Classify(err, errdefs.ErrElsewhere), errdefs.ErrNotReady)
	}
	return nil
}

// exists refuses a name that no builder has.
func (c *Client) exists(txn *store.Txn, name string) error {
	if _, err := txn.NodeGroupByName(name); err != nil && !errors.Is(err, os.ErrNotExist) && !store.IsErrInvalidName(err) {
		return c.Unreadable(name, err)
	}
	if _, err := storeutil.GetNodeGroup(txn, c.dockerCLI, name); err != nil {
		return errdefs.Classify(fmt.Errorf("finding builder %q: %w", name, err), errdefs.ErrNotReady)
	}
	return nil
}

// chosen returns the name of the builder picked with `docker buildx use`, if it can serve.
func (c *Client) chosen(txn *store.Txn) string {
	endpoint, err := dockerutil.GetCurrentEndpoint(c.dockerCLI)
	if err != nil {
		return ""
	}
	group, err := txn.Current(endpoint)
	if err != nil || group == nil || group.Driver == "" || group.Driver == DockerDriver {
		return ""
	}
	return group.Name
}

// BrokenError is a builder whose file in buildx's store cannot be read.
type BrokenError struct {
	Name, File string
	Err        error
}

// Error implements error.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("reading the settings of builder %q in %q: %s", e.Name, e.File, e.Err)
}

// Unwrap returns what is wrong with the file, and the class.
func (e *BrokenError) Unwrap() []error { return []error{e.Err, errdefs.ErrBroken} }

// Unreadable names the file in which buildx keeps a builder.
func (c *Client) Unreadable(name string, err error) error {
	return &BrokenError{
		Name: name,
		File: filepath.Join(confutil.NewConfig(c.dockerCLI).Dir(), "instances", name),
		Err:  err,
	}
}
