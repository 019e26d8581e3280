package command

import (
	"context"
	"testing"
	"time"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/advice"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/view"
)

func TestNewPublishCommandOptions(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		want func(*publishOptions)
	}{
		{name: "defaults", args: []string{"a:1"}, want: func(o *publishOptions) { o.names = []string{"a:1"} }},
		{
			name: "several names, flags among them", args: []string{"a:1", "--allow-shrink", "b"},
			want: func(o *publishOptions) { o.names, o.guards.AllowShrink = []string{"a:1", "b"}, true },
		},
		{
			name: "platforms", args: []string{"--platform", "amd64,arm64", "--platform", "s390x", "a"},
			want: func(o *publishOptions) {
				o.names, o.platforms.Values = []string{"a"}, []string{"amd64", "arm64", "s390x"}
			},
		},
		{
			name: "a bare waiver takes no name", args: []string{"--allow-untested", "a"},
			want: func(o *publishOptions) { o.names, o.gate.AllowUntested = []string{"a"}, []string{option.AllPlatforms} },
		},
		{
			name: "a waiver with a list and a reason",
			args: []string{"--allow-untested=linux/arm64,s390x", "--reason", "no runner, yet", "a"},
			want: func(o *publishOptions) {
				o.names, o.gate.AllowUntested, o.gate.Reason = []string{"a"}, []string{"linux/arm64", "s390x"}, "no runner, yet"
			},
		},
		{
			name: "arch tags and guards", args: []string{"--arch-tags=none", "--allow-moved", "--allow-mixed", "a"},
			want: func(o *publishOptions) {
				o.names, o.guards.AllowMoved, o.gate.AllowMixed = []string{"a"}, true, true
				o.archTags = option.ArchTags{Value: "none", Given: true}
			},
		},
		{
			name: "insecure registries", args: []string{"--insecure-registry", "r:1,s:2", "--insecure-registry=t:3", "a"},
			want: func(o *publishOptions) { o.names, o.registry.Insecure = []string{"a"}, []string{"r:1", "s:2", "t:3"} },
		},
		{
			name: "display", args: []string{"--progress", "rawjson", "-q", "a"},
			want: func(o *publishOptions) { o.names, o.progress.Mode, o.progress.Quiet = []string{"a"}, "rawjson", true },
		},
		{
			name: "carry over, write nothing",
			args: []string{"--amend", "--no-overwrite", "--dry-run", "--retry-timeout", "5s", "--metadata-file=m.json", "a"},
			want: func(o *publishOptions) {
				o.names, o.amend.Amend, o.guards.NoOverwrite, o.dryRun = []string{"a"}, option.AmendLive, true, true
				o.registry.RetryTimeout, o.metadata.MetadataFile = 5*time.Second, "m.json"
			},
		},
		{
			name: "carry over from elsewhere, by digest", args: []string{"--amend=a:0", "--by-digest", "a:1"},
			want: func(o *publishOptions) { o.names, o.amend.Amend, o.byDigest = []string{"a:1"}, "a:0", true },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := publishOptions{progress: view.Progress{Mode: "auto"}, archTags: option.ArchTags{Value: "keep"}}
			want.registry.RetryTimeout = option.DefaultRetryTimeout
			tc.want(&want)
			var got publishOptions
			parse(
				t,
				NewPublishCommand(plugintest.NewCLI(t), func(_ context.Context, _ command.Cli, options publishOptions) error {
					got = options
					return nil
				}),
				tc.args...)
			plugintest.AssertSame(t, plainOptions(got), want)
		})
	}
}

// plainOptions are options without the line, and without lists that are there and empty.
func plainOptions(o publishOptions) publishOptions {
	o.line, o.amend = advice.Line{}, option.Amend{Amend: o.amend.Amend}
	if len(o.platforms.Values) == 0 {
		o.platforms.Values = nil
	}
	if len(o.registry.Insecure) == 0 {
		o.registry.Insecure = nil
	}
	return o
}

func TestNewInspectCommandOptions(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		want inspectOptions
	}{
		{"defaults", []string{"a:1"}, inspectOptions{name: "a:1", format: "table"}},
		{"local, as json", []string{"--local", "--format=json", "a"}, inspectOptions{name: "a", format: "json", local: true}},
		{
			"remote, insecure",
			[]string{"--remote", "--insecure-registry", "r:1,s:2", "a"},
			inspectOptions{
				name: "a", format: "table", remote: true,
				Registry: option.Registry{Insecure: []string{"r:1", "s:2"}},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got inspectOptions
			parse(
				t,
				newInspectCommand(plugintest.NewCLI(t), func(_ context.Context, _ command.Cli, options inspectOptions) error {
					got = options
					return nil
				}),
				tc.args...)
			if len(got.Insecure) == 0 {
				got.Insecure = nil
			}
			tc.want.RetryTimeout = option.DefaultRetryTimeout
			plugintest.AssertSame(t, got, tc.want)
		})
	}
}
