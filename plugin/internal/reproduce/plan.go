package reproduce

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/docker/buildx/util/urlutil"

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
	p.takeLent(all)
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
