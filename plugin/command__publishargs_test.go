package plugin

import (
	"context"
	"testing"
	"time"

	"github.com/docker/cli/cli/command"
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
			want: func(o *publishOptions) { o.names, o.guards.allowShrink = []string{"a:1", "b"}, true },
		},
		{
			name: "platforms", args: []string{"--platform", "amd64,arm64", "--platform", "s390x", "a"},
			want: func(o *publishOptions) {
				o.names, o.platforms.values = []string{"a"}, []string{"amd64", "arm64", "s390x"}
			},
		},
		{
			name: "a bare waiver takes no name", args: []string{"--allow-untested", "a"},
			want: func(o *publishOptions) { o.names, o.gate.allowUntested = []string{"a"}, []string{allPlatforms} },
		},
		{
			name: "a waiver with a list and a reason",
			args: []string{"--allow-untested=linux/arm64,s390x", "--reason", "no runner, yet", "a"},
			want: func(o *publishOptions) {
				o.names, o.gate.allowUntested, o.gate.reason = []string{"a"}, []string{"linux/arm64", "s390x"}, "no runner, yet"
			},
		},
		{
			name: "arch tags and guards", args: []string{"--arch-tags=none", "--allow-moved", "--allow-mixed", "a"},
			want: func(o *publishOptions) {
				o.names, o.archTags, o.guards.allowMoved, o.gate.allowMixed = []string{"a"}, archTagsNone, true, true
			},
		},
		{
			name: "insecure registries", args: []string{"--insecure-registry", "r:1,s:2", "--insecure-registry=t:3", "a"},
			want: func(o *publishOptions) { o.names, o.registry.insecure = []string{"a"}, []string{"r:1", "s:2", "t:3"} },
		},
		{
			name: "display", args: []string{"--progress", "rawjson", "-q", "a"},
			want: func(o *publishOptions) { o.names, o.progress.mode, o.progress.quiet = []string{"a"}, "rawjson", true },
		},
		{
			name: "carry over, write nothing",
			args: []string{"--amend", "--no-overwrite", "--dry-run", "--retry-timeout", "5s", "--metadata-file=m.json", "a"},
			want: func(o *publishOptions) {
				o.names, o.amend.amend, o.guards.noOverwrite, o.dryRun = []string{"a"}, amendLive, true, true
				o.registry.retryTimeout, o.metadata.metadataFile = 5*time.Second, "m.json"
			},
		},
		{
			name: "carry over from elsewhere, by digest", args: []string{"--amend=a:0", "--by-digest", "a:1"},
			want: func(o *publishOptions) { o.names, o.amend.amend, o.byDigest = []string{"a:1"}, "a:0", true },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := publishOptions{progress: progressOptions{mode: "auto"}, archTags: archTagsKeep}
			want.registry.retryTimeout = defaultRetryTimeout
			tc.want(&want)
			var got publishOptions
			parse(t, newPublishCommand(newTestCLI(t), func(_ context.Context, _ command.Cli, options publishOptions) error {
				got = options
				return nil
			}), tc.args...)
			assertSame(t, plainOptions(got), want)
		})
	}
}

// plainOptions are options without the line, and without lists that are there and empty.
func plainOptions(o publishOptions) publishOptions {
	o.line = commandLine{}
	if len(o.platforms.values) == 0 {
		o.platforms.values = nil
	}
	if len(o.registry.insecure) == 0 {
		o.registry.insecure = nil
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
				registryOptions: registryOptions{insecure: []string{"r:1", "s:2"}},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got inspectOptions
			parse(t, newInspectCommand(newTestCLI(t), func(_ context.Context, _ command.Cli, options inspectOptions) error {
				got = options
				return nil
			}), tc.args...)
			if len(got.insecure) == 0 {
				got.insecure = nil
			}
			tc.want.retryTimeout = defaultRetryTimeout
			assertSame(t, got, tc.want)
		})
	}
}
