//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
)

// way is how one can publish the app.
type way struct {
	name     string
	commands [][]string
}

// ways run the plugins' binaries by themselves where they can, so that their memory is told apart from the CLI's.
func (b *bench) ways() []way {
	ours, hand := b.wire.host+"/bench/ours:1", b.wire.host+"/bench/hand:1"
	floor, last := b.wire.host+"/bench/floor:1", b.wire.host+"/bench/last:1"
	app, list := b.path("app"), strings.Join(platforms(), ",")
	plugins := b.path("docker", "cli-plugins")
	multiplat, buildx := filepath.Join(plugins, "docker-multiplat"), filepath.Join(plugins, "docker-buildx")
	byHand, provenance := way{name: "by hand"}, "mode=min"
	if os.Getenv("LAB_STORE") == "overlay2" {
		provenance = "false" // buildx cannot load it into that store
	}
	merge := []string{buildx, "imagetools", "create", "-t", hand}
	for _, platform := range platforms() {
		arch := hand + "--" + strings.ReplaceAll(strings.TrimPrefix(platform, "linux/"), "/", "")
		byHand.commands = append(byHand.commands,
			[]string{buildx, "build", "--quiet", "--platform", platform, "--provenance", provenance, "--load", "-t", arch, app},
			[]string{"docker", "run", "--rm", "--network", "none", "--platform", platform, arch},
			[]string{"docker", "push", "--quiet", arch})
		merge = append(merge, arch)
	}
	byHand.commands = append(byHand.commands, merge)
	late := way{name: "buildx --push, then run", commands: [][]string{
		{buildx, "build", "--quiet", "--platform", list, "--push", "-t", last, app},
	}}
	for _, platform := range platforms() {
		late.commands = append(late.commands,
			[]string{"docker", "run", "--rm", "--quiet", "--pull", "always", "--network", "none", "--platform", platform, last})
	}
	return []way{
		{name: "multiplat", commands: [][]string{
			{multiplat, "multiplat", "build", "--quiet", "--push", "--test-local", "--platform", list, "-t", ours, app},
		}},
		byHand,
		{name: "buildx --push", commands: [][]string{
			{buildx, "build", "--quiet", "--platform", list, "--push", "-t", floor, app},
		}},
		late,
	}
}
