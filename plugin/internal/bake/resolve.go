package bake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/pkg/epoch"
	"github.com/docker/buildx/bake"
	buildxbuild "github.com/docker/buildx/build"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Target is one target that is to be built.
type Target struct {
	Name        string
	Description string
	// Tags are the names of its drafts; none: it becomes no draft.
	Tags []string
	// Platforms are as they were written; none: whatever is usual.
	Platforms []string
	Request   request.Request
	// Takes are the targets among its build contexts.
	Takes []string
	// Groups are those it is in, nearest first; a matrix is the group of its targets.
	Groups []string
	// Linked says that it was not asked for: others take it.
	Linked bool
	// Unkept says that nothing of it is to be kept.
	Unkept bool
	// Call is what its Dockerfile is to be asked in the place of a build; empty: it is built.
	Call string
}

// Resolved are the targets that were asked for, and those that they take, with all that was set.
type Resolved struct {
	Groups  map[string]*bake.Group
	Targets map[string]*bake.Target

	// Files are the definitions, where all of them are files on this machine, which can be read again.
	Files []string

	options map[string]buildxbuild.Options
	granted bake.EntitlementConf
	remote  bool
	// names are all targets and groups that the definitions have, and groups the latter with what is in each.
	names  []string
	groups map[string][]string
}

// Resolve makes the targets.
func (d *Definitions) Resolve(ctx context.Context) (*Resolved, error) {
	granted, err := bake.ParseEntitlements(d.request.Allow)
	if err != nil {
		return nil, failure.Usage("reading --allow: %w", err)
	}
	policy, unchecked, err := policies(d.request.Policies)
	if err != nil {
		return nil, err
	}
	folder, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("reading the bake definition: %w", err)
	}
	granted.FSRead, granted.FSWrite = append(granted.FSRead, folder), append(granted.FSWrite, folder)
	r := &Resolved{remote: d.Remote()}
	r.Targets, r.Groups, err = bake.ReadTargets(ctx, d.files, slices.Clone(d.targets),
		slices.Concat(d.sets(), policy), d.defaults, d.values(), &granted, bake.ParseOpt{FileRelativePaths: d.relative})
	if err != nil {
		return nil, wrong(err, d.files)
	}
	if unchecked {
		withoutPolicies(r.Targets)
	}
	r.setEpoch()
	if err := r.note(d); err != nil {
		return nil, err
	}
	r.granted = granted
	r.options, err = bake.TargetsToBuildOpt(r.Targets, d.input)
	return r, wrong(err, d.files)
}

// sets are the values that replace those of the definition, as buildx takes them.
func (d *Definitions) sets() []string {
	texts := make([]string, 0, len(d.request.Sets))
	for _, set := range d.request.Sets {
		texts = append(texts, set.Text)
	}
	return texts
}

// note takes down which targets and groups there are, also those that were not asked for.
func (r *Resolved) note(d *Definitions) error {
	all, _, err := bake.ParseFiles(d.files, d.defaults, d.values(), bake.ParseOpt{FileRelativePaths: d.relative})
	if err != nil {
		return wrong(err, d.files)
	}
	for _, file := range d.files {
		r.Files = append(r.Files, file.Name)
	}
	if r.remote || slices.Contains(d.request.Files, "-") {
		r.Files = nil
	}
	r.groups = map[string][]string{}
	for _, t := range all.Targets {
		r.names = append(r.names, t.Name)
	}
	for _, g := range all.Groups {
		r.names = append(r.names, g.Name)
		r.groups[g.Name] = g.Targets
	}
	return nil
}

// Has tells whether there is a target or group of a name.
func (r *Resolved) Has(name string) bool { return slices.Contains(r.names, name) }

// groupsOf are the groups that hold a target, or a group that holds it, and so on.
func (r *Resolved) groupsOf(target string) (found []string) {
	holds := func(name string) {
		for _, group := range slices.Sorted(maps.Keys(r.groups)) {
			if slices.Contains(r.groups[group], name) && !slices.Contains(found, group) {
				found = append(found, group)
			}
		}
	}
	holds(target)
	for i := 0; i < len(found); i++ { // it grows
		holds(found[i])
	}
	return found
}

// setEpoch gives the targets the time of the environment, as buildx does, so that it is printed.
func (r *Resolved) setEpoch() {
	value := os.Getenv(epoch.SourceDateEpochEnv)
	if value == "" {
		return
	}
	for _, t := range r.Targets {
		if _, given := t.Args[epoch.SourceDateEpochEnv]; given {
			continue
		}
		if t.Args == nil {
			t.Args = map[string]*string{}
		}
		t.Args[epoch.SourceDateEpochEnv] = &value
	}
}

// Print is the definition as docker buildx bake --print has it.
func (r *Resolved) Print() ([]byte, error) {
	text, err := json.MarshalIndent(struct {
		Group  map[string]*bake.Group  `json:"group,omitempty"`
		Target map[string]*bake.Target `json:"target"`
	}{r.Groups, r.Targets}, "", "  ")
	return append(text, '\n'), err
}

// Tags are the names of the drafts of the targets that were asked for, each once.
func (r *Resolved) Tags() (tags []string, err error) {
	targets, err := r.Requests()
	for _, t := range targets {
		if t.Linked || t.Unkept || t.Call != "" {
			continue
		}
		for _, tag := range t.Tags {
			if !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
	}
	return tags, err
}

// Wanted is what the targets want beyond what was allowed, for whoever may grant it.
func (r *Resolved) Wanted() (bake.EntitlementConf, error) {
	wanted, err := r.granted.Validate(r.options)
	return wanted, wrong(err, nil)
}

// Remote tells that the definitions are from elsewhere.
func (r *Resolved) Remote() bool { return r.remote }

// Requests are the targets as they are built here. What cannot be honoured is refused, all of it at once.
func (r *Resolved) Requests() ([]Target, error) {
	var targets []Target
	var refused []string
	for _, name := range slices.Sorted(maps.Keys(r.Targets)) {
		t, err := targetOf(name, r.Targets[name], r.options[name])
		if err != nil {
			refused = append(refused, err.Error())
			continue
		}
		t.Groups = r.groupsOf(name)
		targets = append(targets, t)
	}
	if len(refused) > 0 {
		return nil, failure.Usage("%s", strings.Join(refused, "\n"))
	}
	return targets, nil
}
