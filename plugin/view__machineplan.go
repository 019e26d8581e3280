package plugin

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// printPlan writes what init or deinit would do.
func printPlan(dockerCLI command.Cli, text string) error {
	_, err := fmt.Fprint(dockerCLI.Out(), text)
	return err
}

// initPlanText is what init would do, as --dry-run prints it.
func initPlanText(p initPlan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "engine     %s at %s\n", p.engine.Version, p.engine.Host)
	fmt.Fprintf(&out, "platforms  %s\n", p.asked)
	fmt.Fprintf(&out, "builder    %s: %s\n", p.name, builderVerb(p))
	if !p.builder.Exists || len(p.builder.Differences) > 0 {
		for _, note := range p.builder.Notes {
			fmt.Fprintf(&out, "           %s\n", note)
		}
	}
	for _, node := range p.request.nodes {
		fmt.Fprintf(&out, "node       %s for %s\n", node.Endpoint, strings.Join(node.Platforms, ", "))
	}
	missing := binfmt.Names(p.missing())
	if len(missing) == 0 {
		out.WriteString("emulators  nothing to install\n")
	} else {
		fmt.Fprintf(&out, "emulators  install %s with %s, in a privileged container:\n"+
			"           this changes the kernel of the engine's host for all its users, until it restarts\n",
			strings.Join(missing, ", "), p.request.binfmtImage)
	}
	for _, f := range p.findings {
		fmt.Fprintf(&out, "  %s\n", platformOutlook(p, f))
	}
	if p.request.persist {
		fmt.Fprintf(&out, "persist    container %s registers them again whenever the engine starts\n", binfmt.PersistName)
	}
	for _, remark := range p.remarks {
		fmt.Fprintf(&out, "note       %s\n", remark)
	}
	return out.String()
}

// builderVerb says what would become of the builder.
func builderVerb(p initPlan) string {
	differences := strings.Join(p.builder.Differences, "; ")
	switch {
	case differences != "" && p.request.recreate:
		return "replace, its cache stays, because " + differences
	case differences != "":
		return "stays, and nothing is done without --recreate, because " + differences
	case p.builder.Exists:
		return "reuse"
	case p.builder.Container != "":
		return "create, on container " + p.builder.Container + ", which is there and as asked for"
	case p.builder.Privileged:
		return "create, in a privileged container"
	}
	return "create"
}

// platformOutlook is what is known of a platform, and what would be done for it.
func platformOutlook(p initPlan, f binfmt.Finding) string {
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

// deinitPlanText is what deinit would take away, as --dry-run prints it.
func deinitPlanText(p deinitPlan) string {
	var out strings.Builder
	if p.exists {
		fmt.Fprintf(&out, "builder    remove %s and its cache\n", p.builder)
	} else {
		fmt.Fprintf(&out, "builder    %s: there is none\n", p.builder)
	}
	if p.persisted {
		fmt.Fprintf(&out, "persist    remove container %s\n", binfmt.PersistName)
	}
	if len(p.emulators) > 0 {
		fmt.Fprintf(&out, "emulators  remove %s from the kernel of the engine's host\n", strings.Join(p.emulators, ", "))
	} else {
		out.WriteString("emulators  nothing to remove\n")
	}
	return out.String()
}
