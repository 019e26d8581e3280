package builder

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// Probe runs a program of platform p in the builder as a solve of one step, on the node a build of p would
// use. program is a static executable that exits with 0. The name of the node is returned also when the program
// does not run there.
func (b *Builder) Probe(ctx context.Context, p ocispec.Platform, program []byte) (node string, err error) {
	name := platforms.FormatAll(p)
	i, err := b.usable(p)
	if err != nil {
		return "", err
	}
	node = b.nodes[i].Name
	defer b.watchNodes(ctx, i)()
	c, err := b.nodes[i].Driver.Client(ctx)
	if err != nil {
		return node, fmt.Errorf("connecting to node %q: %w", node, err)
	}
	state := llb.Scratch().Platform(p).
		File(llb.Mkfile("/probe", 0o755, program)).
		Run(llb.Args([]string{"/probe"}), llb.IgnoreCache, llb.Network(llb.NetModeNone)).
		Root()
	definition, err := state.Marshal(ctx, llb.Platform(p))
	if err != nil {
		return node, fmt.Errorf("describing the probe for %s: %w", name, err)
	}
	status, said := listen()
	if _, err := c.Solve(ctx, definition, client.SolveOpt{Internal: true}, status); err != nil {
		err = fmt.Errorf("running a %s program in node %q: %w", name, node, err)
		if line := <-said; line != "" { // what could not start it tells why there alone
			err = fmt.Errorf("%w: %s", err, line)
		}
		return node, err
	}
	return node, nil
}

// listen takes the status of a solve that nobody wants to see, and gives the last line of its output at the end.
func listen() (chan *client.SolveStatus, <-chan string) {
	status, said := make(chan *client.SolveStatus), make(chan string, 1)
	go func() {
		last := ""
		for s := range status { // until the solve closes it
			for _, log := range s.Logs {
				for line := range strings.Lines(string(log.Data)) {
					last = cmp.Or(visible.Line(strings.TrimSpace(line)), last)
				}
			}
		}
		said <- last
	}()
	return status, said
}

// InstallOption is the option of the driver kubernetes that has pods install emulators on their machine.
const InstallOption = "qemu.install"

// InstallsNone tells that the node that builds a platform is pods, and that they install no emulators where they run.
func (b *Builder) InstallsNone(p ocispec.Platform) bool {
	i := b.place(p)
	if b.Driver != KubernetesDriver || i < 0 {
		return false
	}
	installs, err := strconv.ParseBool(b.nodes[i].DriverOpts[InstallOption])
	return err != nil || !installs
}

// Elsewhere names the node that is to work for p, and where it is; empty: it is a container in the engine in use, or
// there is none.
func (b *Builder) Elsewhere(p ocispec.Platform) string {
	i := b.place(p)
	if i < 0 {
		return ""
	}
	node := b.nodes[i]
	if engineOf(b.Driver, node.Endpoint) != "" && otherEngine(b.dockerCLI, b.Driver, node.Endpoint) == "" {
		return ""
	}
	return fmt.Sprintf("node %q %s", node.Name, whereNode(node))
}
