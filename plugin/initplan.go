package plugin

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// initPlan is what init would do, for --dry-run and for the test of it.
type initPlan struct {
	engine  builder.Engine
	builder string
	exists  bool
	nodes   []builder.NodeSpec
	// findings are of the engine; causes say why those platforms do not run that do not.
	findings []binfmt.Finding
	causes   map[string]binfmt.Cause
	options  initOptions
}

// String is the plan as --dry-run prints it.
func (p initPlan) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "engine     %s at %s\n", p.engine.Version, p.engine.Host)
	verb := "create"
	switch {
	case p.exists && p.options.recreate:
		verb = "reuse, replace if it is not as asked for"
	case p.exists:
		verb = "reuse"
	}
	fmt.Fprintf(&out, "builder    %s: %s\n", p.builder, verb)
	for _, node := range p.nodes {
		fmt.Fprintf(&out, "node       %s for %s\n", node.Endpoint, strings.Join(node.Platforms, ", "))
	}
	missing := binfmt.Names(missingPlatforms(p.findings))
	if len(missing) == 0 {
		out.WriteString("emulators  nothing to install\n")
	} else {
		fmt.Fprintf(&out, "emulators  install %s with %s, in a privileged container:\n"+
			"           this changes the kernel of the engine's host for all its users, until it restarts\n",
			strings.Join(missing, ", "), p.options.binfmtImage)
	}
	for _, f := range p.findings {
		name := manifest.FormatPlatform(f.Platform)
		cause, explained := p.causes[name]
		switch {
		case f.Untestable:
			fmt.Fprintf(&out, "  %s: cannot be tested here\n", name)
		case f.Runs:
			fmt.Fprintf(&out, "  %s: runs in the engine\n", name)
		case !explained:
			fmt.Fprintf(&out, "  %s: does not run: %s\n", name, f.Reason)
		case cause.Mount:
			fmt.Fprintf(&out, "  %s: does not run: %s: mount it in the builder's container\n", name, cause.Text)
		case cause.Replace != "":
			fmt.Fprintf(&out, "  %s: does not run: %s: replace entry %s\n", name, cause.Text, cause.Replace)
		default:
			fmt.Fprintf(&out, "  %s: does not run: %s\n", name, cause.Text)
		}
	}
	if p.options.persist {
		fmt.Fprintf(&out, "persist    container %s registers them again whenever the engine starts\n", binfmt.PersistName)
	}
	return out.String()
}
