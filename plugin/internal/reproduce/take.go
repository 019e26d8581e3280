package reproduce

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/buildx/util/urlutil"
	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

func (p *plan) takeTarget() error {
	switch noted := p.source()[request.InputTarget]; {
	case p.build.Target != "":
		p.take("target", p.build.Target, fromLine)
	case noted != "":
		p.build.Target = noted
		p.take("target", noted, fromNotes)
	case p.provenance().Target != "":
		p.build.Target = p.provenance().Target
		p.take("target", p.build.Target, fromProvenance)
	}
	return nil
}

// takeArguments takes the arguments and labels of the command line, and those of the provenance beside them.
func (p *plan) takeArguments() error {
	given := map[string]bool{}
	for _, text := range p.build.BuildArgs {
		name, _, _ := strings.Cut(text, "=")
		given[name] = true
		p.take("argument "+name, "", fromLine)
	}
	is := p.provenance()
	if p.of.note == nil && len(p.build.BuildArgs) == 0 && !is.Recorded {
		p.take("arguments", "none recorded", fromProvenance)
	}
	for _, name := range slices.Sorted(maps.Keys(is.Arguments)) {
		if !given[name] {
			p.build.BuildArgs = append(p.build.BuildArgs, name+"="+is.Arguments[name])
			p.take("argument "+name, "", fromProvenance)
		}
	}
	if len(p.build.Labels) > 0 {
		p.take("labels", strconv.Itoa(len(p.build.Labels)), fromLine)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(is.Labels)) {
		p.build.Labels = append(p.build.Labels, name+"="+is.Labels[name])
		p.take("label "+name, is.Labels[name], fromProvenance)
	}
	return nil
}

// takeAnnotations takes those that the image has.
func (p *plan) takeAnnotations() error {
	if len(p.build.Annotations) > 0 {
		p.take("annotations", strconv.Itoa(len(p.build.Annotations)), fromLine)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.of.manifest.Annotations)) {
		p.build.Annotations = append(p.build.Annotations, "manifest:"+name+"="+p.of.manifest.Annotations[name])
		p.take("annotation "+name, p.of.manifest.Annotations[name], fromImage)
	}
	return nil
}

// notGiven is the value of what the first build was lent, and the second is not.
const notGiven = "not given"

// takeLent says which secrets and SSH agents the second build is lent, and which the first one was that the second is
// not: without them another image comes of it, or none.
func (p *plan) takeLent(all []original) {
	given := p.build.Lent()
	for _, name := range given {
		p.take(name, "", fromLine)
	}
	for _, one := range all {
		before := map[string][]string{}
		if one.note != nil {
			before[fromNotes] = one.note.Lent
		}
		if one.provenance != nil {
			before[fromProvenance] = one.provenance.Lent
		}
		for _, from := range []string{fromNotes, fromProvenance} {
			for _, name := range before[from] {
				if !slices.Contains(given, name) {
					given = append(given, name) // said once
					p.take(name, notGiven, from)
				}
			}
		}
	}
}

// missing says which secrets and SSH agents the first build was lent and the second is not; empty: none.
func (r Result) missing() string {
	var names, flags []string
	for _, t := range r.Inputs {
		if t.Value != notGiven {
			continue
		}
		names = append(names, t.What)
		if id, is := strings.CutPrefix(t.What, request.LentSecret); is {
			flags = append(flags, "--secret id="+visible.Quote(id)+",src=FILE")
		} else {
			flags = append(flags, "--ssh "+visible.Quote(strings.TrimPrefix(t.What, request.LentSSH)))
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("%s was built with %s, which is not given now, so that it may differ or fail; give it with %s",
		r.Name, strings.Join(names, ", "), strings.Join(flags, " "))
}

// takeSources holds the build to what the first one took from elsewhere.
func (p *plan) takeSources(all []original) {
	p.build.Pins = map[string]digest.Digest{}
	for _, one := range all {
		if one.provenance != nil {
			maps.Copy(p.build.Pins, one.provenance.Sources)
		}
	}
	for _, uri := range slices.Sorted(maps.Keys(p.build.Pins)) {
		is := p.build.Pins[uri]
		if request.Pinnable(uri, is) {
			p.take("base "+uri, is.String(), fromProvenance)
		}
	}
}

// checkArguments refuses a build that lacks an argument of the first one, or has another value for one.
func (p *plan) checkArguments() error {
	var missing []string
	given := map[string]bool{}
	for _, text := range p.build.BuildArgs {
		name, _, _ := strings.Cut(text, "=")
		given[name] = true
	}
	_, given[request.EpochArgument] = p.build.GivenEpoch()
	for _, key := range slices.Sorted(maps.Keys(p.source())) {
		name, ok := strings.CutPrefix(key, request.InputArgument)
		if ok && !given[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return failure.Usage(
		"%s was built with the argument %s, whose value is not recorded; give it with --build-arg %s=VALUE",
		p.name,
		strings.Join(missing, ", "),
		missing[0],
	)
}

// describe says in words what the draft was built from that the second build has not.
func (p *plan) describe(ctx context.Context) error {
	if p.of.note == nil || p.of.note.Source == nil {
		return nil
	}
	var first []string
	for _, whole := range []bool{false, true} { // ONBUILD of a base may have counted all files
		build := p.build
		build.Whole = whole
		d, err := build.Describe(ctx)
		if err != nil {
			return failure.Wrap(failure.ErrUsage, err, "")
		}
		note, now := *p.of.note, *p.of.note
		note.Source, now.Source, now.Files = maps.Clone(note.Source), d.Values, d.Files
		for _, values := range []map[string]string{note.Source, now.Source} {
			delete(values, request.InputContext)                    // of a repository the commit is held
			delete(values, request.InputFiles+" on standard input") // it is not read yet
		}
		differing := inputs.Differences(note, now)
		if len(differing) == 0 {
			return nil
		}
		if first == nil {
			first = differing
		}
	}
	return failure.Usage("%s was built from other inputs: %s%s", p.name, strings.Join(first, "; "), p.atRevision())
}

// atRevision says how to get at what a draft was built from.
func (p *plan) atRevision() string {
	revision := p.source()[request.InputRevision]
	if revision == "" || urlutil.IsRemoteURL(p.build.Context) {
		return ""
	}
	return fmt.Sprintf("; to have those of its commit: git -C %s worktree add --detach FOLDER %s",
		visible.Quote(p.build.Context), revision)
}
