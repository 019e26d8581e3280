package command

import (
	"context"
	"testing"

	"github.com/docker/cli/cli/command"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

func TestNewInitCommandOptions(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  string
		args []string
		want func(*initOptions)
	}{
		{name: "defaults", want: func(*initOptions) {}},
		{name: "builder of the environment", env: "theirs", want: func(o *initOptions) { o.Name = "theirs" }},
		{
			name: "the flag wins over the environment", env: "theirs", args: []string{"--builder", "mine"},
			want: func(o *initOptions) { o.Name = "mine" },
		},
		{
			name: "platforms in a list and repeated", args: []string{"--platform", "amd64,arm64", "--platform=linux/s390x"},
			want: func(o *initOptions) { o.Values = []string{"amd64", "arm64", "linux/s390x"} },
		},
		{
			name: "quiet", args: []string{"-q", "--progress", "plain"},
			want: func(o *initOptions) { o.Quiet, o.Mode = true, "plain" },
		},
		{
			name: "settings of the builder",
			args: []string{
				"--driver-opt", "network=host", "--driver-opt", "memory=1g,cpu=2",
				"--buildkitd-flags", "--debug --trace", "--buildkitd-config", "b.toml", "--use",
			},
			want: func(o *initOptions) {
				o.request.DriverOpts = []string{"network=host", "memory=1g,cpu=2"}
				o.request.BuildkitdFlags, o.request.ConfigFile, o.request.Use = "--debug --trace", "b.toml", true
			},
		},
		{
			name: "what is made and how", args: []string{
				"--buildkit-image", "b:1", "--node", "arm64=ssh://h", "--recreate", "--persist", "--dry-run",
			},
			want: func(o *initOptions) {
				o.request.BuildkitImage, o.nodes, o.dryRun = "b:1", []string{"arm64=ssh://h"}, true
				o.request.Recreate, o.request.Persist = true, true
			},
		},
		{
			name: "image and format", args: []string{"--binfmt-image", "mirror.example/binfmt:1", "--format", "json"},
			want: func(o *initOptions) { o.request.BinfmtImage, o.format = "mirror.example/binfmt:1", "json" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			t.Setenv("BUILDX_BUILDER", tc.env)
			want := initOptions{
				Progress: view.Progress{Mode: "auto"}, format: "table",
				request: machine.InitRequest{BinfmtImage: binfmt.DefaultImage},
			}
			tc.want(&want)
			var got initOptions
			parse(t, newInitCommand(fake, func(_ context.Context, _ command.Cli, options initOptions) error {
				got = options
				return nil
			}), tc.args...)
			if len(got.request.DriverOpts) == 0 {
				got.request.DriverOpts = nil
			}
			if len(got.nodes) == 0 {
				got.nodes = nil
			}
			if len(got.Values) == 0 {
				got.Values = nil
			}
			plugintest.AssertSame(t, got, want)
		})
	}
}

// What nodes are given is prepared besides the default, and nothing but what is named where platforms are.
func TestInitPreparesWhatNodesAreGiven(t *testing.T) {
	nodes := []string{"linux/arm64+linux/riscv64=ssh://h"}
	for want, named := range map[string][]string{
		"linux/amd64,linux/arm64,linux/riscv64": nil, "linux/s390x": {"linux/s390x"},
	} {
		o := initOptions{nodes: nodes, format: "table", request: machine.InitRequest{BinfmtImage: binfmt.DefaultImage}}
		o.Values, o.Mode = named, "auto"
		r, err := o.parse()
		assert.NilError(t, err)
		assert.Equal(t, platform.List(r.Asked.Platforms), want)
	}
}
