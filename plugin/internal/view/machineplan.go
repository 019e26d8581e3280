package view

import (
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
)

// PrintPlan writes what init or deinit would do.
func PrintPlan(dockerCLI command.Cli, text string) error {
	return block(dockerCLI.Out(), fitted(dockerCLI.Out(), text))
}

// InitPlan is what init would do, as --dry-run prints it.
func InitPlan(p machine.InitPlan) string {
	var out strings.Builder
	if p.NoEngine {
		out.WriteString("engine     none, and none is needed\n")
	} else {
		_ = printf(&out, "engine     %s at %s\n", p.Engine.Version, p.Engine.Host)
	}
	_ = printf(&out, "platforms  %s\n", p.Asked)
	_ = printf(&out, "builder    %s: %s\n", p.Name, builderVerb(p))
	if !p.Builder.Exists || len(p.Builder.Differences) > 0 {
		for _, note := range p.Builder.Notes {
			_ = printf(&out, "           %s\n", note)
		}
	}
	for _, node := range p.Builder.Removed {
		_ = printf(&out, "node       remove %s, and its cache\n", node)
	}
	for _, node := range p.Request.Nodes {
		_ = printf(&out, "node       %s for %s\n", node.ShownEndpoint(), strings.Join(node.Platforms, ", "))
	}
	missing := binfmt.Names(p.Missing())
	if len(missing) == 0 {
		out.WriteString("emulators  nothing to install\n")
	} else {
		_ = printf(&out, "emulators  install %s with %s, in a privileged container:\n"+
			"           this changes the kernel of the engine's host for all its users, until it restarts\n",
			strings.Join(missing, ", "), p.Request.BinfmtImage)
	}
	for _, f := range p.Findings {
		_ = printf(&out, "  %s\n", platformOutlook(p, f))
	}
	if p.Request.Persist {
		_ = printf(&out, "persist    container %s registers them again whenever the engine starts\n", binfmt.PersistName)
	}
	for _, remark := range p.Remarks {
		_ = printf(&out, "note       %s\n", remark)
	}
	return out.String()
}

// builderVerb says what would become of the builder.
func builderVerb(p machine.InitPlan) string {
	differences := strings.Join(p.Builder.Differences, "; ")
	switch {
	case differences != "" && p.Request.Recreate:
		return "replace, its cache stays, because " + differences
	case differences != "":
		return "stays, and nothing is done without --recreate, because " + differences
	case p.Builder.Exists:
		return "reuse"
	case p.Builder.Container != "":
		return "create, on container " + p.Builder.Container + ", which is there and as asked for"
	case p.Builder.Privileged:
		return "create, in a privileged container"
	}
	return "create"
}

// platformOutlook is what is known of a platform, and what would be done for it.
func platformOutlook(p machine.InitPlan, f binfmt.Finding) string {
	name := platform.Format(f.Platform)
	cause, explained := p.Causes[name]
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

// DeinitPlan is what deinit would take away, as --dry-run prints it.
func DeinitPlan(p machine.DeinitPlan) string {
	var out strings.Builder
	if p.Exists {
		_ = printf(&out, "builder    remove %s and its cache\n", p.Builder)
	} else {
		_ = printf(&out, "builder    %s: there is none\n", p.Builder)
	}
	if p.Persisted {
		_ = printf(&out, "persist    remove container %s\n", binfmt.PersistName)
	}
	if len(p.Emulators) > 0 {
		_ = printf(&out, "emulators  remove %s from the kernel of the engine's host\n", strings.Join(p.Emulators, ", "))
	} else {
		out.WriteString("emulators  nothing to remove\n")
	}
	return out.String()
}
