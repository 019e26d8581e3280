package reproduce

import (
	"cmp"
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
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
)

// Who says what a second build is made from.
const (
	fromLine       = "command line"
	fromProvenance = "provenance"
	fromNotes      = "draft"
	fromImage      = "image"
)

// plan is what a second build is going to be made from.
type plan struct {
	name  string
	of    original
	build request.Request
	taken []Taken
}

// planOf gathers the inputs of a second build, for all platforms alike.
func (r Request) planOf(ctx context.Context, name string, all []original) (request.Request, []Taken, error) {
	p := &plan{name: name, of: all[0], build: r.Build}
	p.build.NoCache, p.build.NoCacheFilter, p.build.CacheFrom, p.build.CacheTo = true, nil, nil, nil
	p.build.Provenance, p.build.SBOM, p.build.Attest = "false", "", nil
	p.build.Platforms = nil
	for _, one := range all {
		p.build.Platforms = append(p.build.Platforms, one.asked)
	}
	if err := alike(name, all); err != nil {
		return p.build, nil, err
	}
	for _, take := range []func() error{p.takeContext, p.takeTarget, p.takeArguments, p.takeAnnotations} {
		if err := take(); err != nil {
			return p.build, p.taken, err
		}
	}
	if err := p.takeTime(ctx, r.Reproducible); err != nil {
		return p.build, p.taken, err
	}
	if err := p.checkArguments(); err != nil {
		return p.build, p.taken, err
	}
	p.takeSources(all)
	return p.build, p.taken, nil
}

// alike refuses platforms that were built from different inputs: one build does not make them all again.
func alike(name string, all []original) error {
	for _, other := range all[1:] {
		if all[0].note != nil && other.note != nil {
			if differing := inputs.Differences(*all[0].note, *other.note); len(differing) > 0 {
				return failure.Usage("%s and %s of %s were built from different inputs (%s); choose those of one build with "+
					"--platform", platform.Format(all[0].asked), platform.Format(other.asked), name, strings.Join(differing, "; "))
			}
		}
		if all[0].provenance == nil || other.provenance == nil {
			continue
		}
		a, b := all[0].provenance.Sources, other.provenance.Sources
		for _, uri := range slices.Sorted(maps.Keys(a)) {
			if is, both := b[uri]; both && is != a[uri] {
				return failure.Usage("%s and %s of %s were built on different %s; choose those of one build with --platform",
					platform.Format(all[0].asked), platform.Format(other.asked), name, uri)
			}
		}
	}
	return nil
}

func (p *plan) take(what, value, from string) {
	p.taken = append(p.taken, Taken{What: what, Value: value, From: from})
}

// provenance is that of the image, empty where it has none.
func (p *plan) provenance() inputs.Provenance {
	if p.of.provenance == nil {
		return inputs.Provenance{}
	}
	return *p.of.provenance
}

// source is what the draft keeps of the inputs.
func (p *plan) source() map[string]string {
	if p.of.note == nil {
		return nil
	}
	return p.of.note.Source
}

// takeContext finds the build context: the one named, held to the revision where it is a repository; or the
// repository of the provenance.
func (p *plan) takeContext() error {
	is, revision := p.provenance(), p.revision()
	switch {
	case p.build.Context == "" && is.Context == "":
		return failure.Usage("%s was built from a folder; name it: docker multiplat reproduce %s PATH", p.name,
			visible.Quote(p.name))
	case p.build.Context == "":
		p.build.Context = held(is.Context, is.Commit)
		p.take("context", request.Place(p.build.Context), fromProvenance)
	case urlutil.IsRemoteURL(p.build.Context) && !strings.ContainsAny(p.build.Context, "#?") && revision != "":
		p.build.Context = held(p.build.Context, revision)
		p.take("context", request.Place(p.build.Context), fromLine)
	default:
		p.take("context", request.Place(p.build.Context), fromLine)
	}
	if p.build.File == "" && is.Context != "" && is.Dockerfile != "" {
		p.build.File = is.Dockerfile
		p.take("Dockerfile", is.Dockerfile, fromProvenance)
	}
	return nil
}

// revision is the commit that the image was built from, empty where that is not known.
func (p *plan) revision() string {
	is := p.provenance()
	return cmp.Or(is.Commit, p.source()[request.InputRevision], is.Revision)
}

// held is a repository of Git at a commit.
func held(repository, commit string) string {
	before, fragment, _ := strings.Cut(repository, "#")
	if commit == "" || strings.Contains(before, "?") {
		return repository
	}
	if _, folder, ok := strings.Cut(fragment, ":"); ok {
		return before + "#" + commit + ":" + folder
	}
	return before + "#" + commit
}

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
