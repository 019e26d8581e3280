package create

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/docker/buildx/store"
	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// Plan says what [Create] would find and do.
type Plan struct {
	// Exists is true where there is a builder of the name.
	Exists bool
	// Privileged is true where a new builder runs in a privileged container.
	Privileged bool
	// Container is that of a builder without an entry in buildx's store, such as one made from another folder of
	// settings; empty: there is none. One that is as asked for is used.
	Container string
	// Removed are the nodes that go.
	Removed []string
	// Differences say in what the builder or that container is not as asked for.
	Differences []string
	// Notes tell what a new builder gets besides what the user asked for, and why.
	Notes []string
}

// plan is a Plan with what carrying it out needs.
type plan struct {
	Plan
	// driver is the one that the builder has, or gets.
	driver string
	group  *store.NodeGroup
	asked  settings
	// removed are nodes that it is not to have any more; they are not in the group.
	removed []store.Node
	// unfinished is a container that was begun and is to be made anew; empty: there is none.
	unfinished string
}

// Compare finds out what [Create] would do with config, and changes nothing. What Create would refuse is returned as
// its error, together with the plan.
func Compare(ctx context.Context, client *builder.Client, config Config) (Plan, error) {
	txn, release, err := builder.Instances(client.CLI())
	if err != nil {
		return Plan{}, err
	}
	defer release()
	p, err := planOf(ctx, txn, client, config)
	if err != nil {
		return Plan{}, err
	}
	defer p.asked.remove()
	return p.Plan, p.refusal()
}

// planOf compares what there is with config. The caller calls asked.remove when there is no error.
func planOf(ctx context.Context, txn *store.Txn, client *builder.Client, config Config) (_ plan, err error) {
	group, err := txn.NodeGroupByName(config.Name)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrNotExist):
		group = nil
	case store.IsErrInvalidName(err):
		return plan{}, errdefs.Classify(fmt.Errorf("naming the builder %q: %w", config.Name, err), errdefs.ErrInput)
	default:
		return plan{}, client.Unreadable(config.Name, err)
	}
	p := plan{group: group, driver: driverOf(config), Plan: Plan{Exists: group != nil}}
	if group != nil && config.Driver == "" && group.Driver != builder.DockerDriver {
		p.driver = group.Driver
	}
	if err := p.ask(client, config); err != nil {
		return plan{}, err
	}
	defer func() {
		if err != nil {
			p.asked.remove()
		}
	}()
	if p.Privileged = p.driver == builder.ContainerDriver; p.Privileged {
		p.Notes = p.asked.notes
	}
	if err := p.check(client); err != nil {
		return plan{}, err
	}
	return p, p.compare(ctx, client)
}

// ask settles what is asked for of the builder there is.
func (p *plan) ask(client *builder.Client, config Config) (err error) {
	if config, err = config.asKnown(client, p.group, p.driver); err != nil {
		return err
	}
	p.asked, err = askedOf(client, config, p.driver)
	return err
}

// check refuses what cannot be carried out.
func (p *plan) check(client *builder.Client) error {
	if err := checkNodes(p.driver, p.asked.config.Nodes); err != nil {
		return err
	}
	if p.group == nil && p.driver == builder.RemoteDriver && len(p.asked.config.Nodes) == 0 {
		return errdefs.Classify(fmt.Errorf("builder %q of the driver %s needs a node, which is where its daemon is",
			p.asked.config.Name, p.driver), errdefs.ErrInput)
	}
	if p.group == nil && p.driver == builder.KubernetesDriver {
		if _, err := cluster.Connect(cluster.Place{}); err != nil {
			return errdefs.Classify(fmt.Errorf("creating builder %q: %w", p.asked.config.Name, err), errdefs.ErrNotReady)
		}
	}
	if p.group == nil && p.Privileged {
		return checkContext(client, p.asked.config.Name)
	}
	if p.group == nil {
		return nil
	}
	return p.leave()
}

// checkContext refuses an engine that the environment alone describes with its TLS settings.
func checkContext(client *builder.Client, name string) error {
	endpoint := client.CLI().DockerEndpoint()
	if client.CLI().CurrentContext() != command.DefaultContextName || endpoint.TLSData == nil {
		return nil
	}
	err := fmt.Errorf("creating builder %q: the engine at %s is reached with TLS settings of the environment, and a "+
		"builder can only be bound to a docker context", name, endpoint.Host)
	return errdefs.Classify(errdefs.Classify(err, errdefs.ErrNoContext), errdefs.ErrNotReady)
}

// compare fills in the differences of the builder, and of the container that would serve it.
func (p *plan) compare(ctx context.Context, client *builder.Client) (err error) {
	if p.group == nil && p.driver != builder.ContainerDriver {
		return nil
	}
	if p.group == nil {
		node, err := p.asked.node(ctx, client)
		if err != nil {
			return err
		}
		return p.meet(daemonOf(ctx, client.CLI().Client(), node))
	}
	if p.Differences, err = p.asked.differences(client, p.group); err != nil || len(p.Differences) > 0 {
		return err
	}
	if p.group.Driver == builder.ContainerDriver {
		return p.meet(daemonOf(ctx, client.CLI().Client(), p.group.Nodes[0]))
	}
	return nil
}

// meet takes in what a container is.
func (p *plan) meet(d daemon, err error) error {
	p.Differences = d.differences
	switch {
	case d.unfinished:
		p.unfinished = d.name
	case p.group == nil:
		p.Container = d.name
	}
	return err
}

// refusal is why the plan may not be carried out as it is.
func (p *plan) refusal() error {
	if len(p.Differences) == 0 || p.asked.config.Recreate {
		return nil
	}
	what := fmt.Sprintf("builder %q exists", p.asked.config.Name)
	if !p.Exists {
		what = fmt.Sprintf("container %q, which another folder of settings has made, exists", p.Container)
	}
	err := fmt.Errorf("%s, but not as it is asked for: %s", what, strings.Join(p.Differences, "; "))
	return errdefs.Classify(errdefs.Classify(err, errdefs.ErrDiffers), errdefs.ErrNotReady)
}
