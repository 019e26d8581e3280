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
	name    string
	asked   chosen
	builder builder.Plan
	nodes   []builder.NodeSpec
	// findings are of the engine; causes say why those platforms do not run that do not.
	findings []binfmt.Finding
	causes   map[string]binfmt.Cause
	options  initOptions
	remarks  []string
}

// String is the plan as --dry-run prints it.
func (p initPlan) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "engine     %s at %s\n", p.engine.Version, p.engine.Host)
	fmt.Fprintf(&out, "platforms  %s\n", p.asked)
	fmt.Fprintf(&out, "builder    %s: %s\n", p.name, p.verb())
	if !p.builder.Exists || len(p.builder.Differences) > 0 {
		for _, note := range p.builder.Notes {
			fmt.Fprintf(&out, "           %s\n", note)
		}
	}
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
		fmt.Fprintf(&out, "  %s\n", p.outlook(f))
	}
	if p.options.persist {
		fmt.Fprintf(&out, "persist    container %s registers them again whenever the engine starts\n", binfmt.PersistName)
	}
	for _, remark := range p.remarks {
		fmt.Fprintf(&out, "note       %s\n", remark)
	}
	return out.String()
}

// verb says what would become of the builder.
func (p initPlan) verb() string {
	differences := strings.Join(p.builder.Differences, "; ")
	switch {
	case differences != "" && p.options.recreate:
		return "replace, its cache stays, because " + differences
	case differences != "":
		return "stays, and nothing is done without --recreate, because " + differences
	case p.builder.Exists:
		return "reuse"
	case p.builder.Container != "":
		return "create, on container " + p.builder.Container + ", which is there and as asked for"
	}
	return "create, in a privileged container"
}

// outlook is what is known of a platform, and what would be done for it.
func (p initPlan) outlook(f binfmt.Finding) string {
	name := manifest.FormatPlatform(f.Platform)
	cause, explained := p.causes[name]
	switch {
	case f.Untestable:
		return name + ": cannot be tested here"
	case f.Runs:
		return name + ": runs in the engine"
	case !explained:
		return name + ": does not run: " + f.Reason
	case cause.Mount:
		return name + ": does not run: " + cause.Text + ": mount it in the builder's container"
	case cause.Replace != "":
		return name + ": does not run: " + cause.Text + ": replace entry " + cause.Replace
	}
	return name + ": does not run: " + cause.Text
}
