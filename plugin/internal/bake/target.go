package bake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/buildx/bake"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// linkScheme is what the place of a build context begins with that is another target.
const linkScheme = "target:"

// targetOf makes a request of a target. o is what buildx makes of it: paths are resolved there, and what a remote
// definition brings along is there alone.
func targetOf(name string, t *bake.Target, o buildxbuild.Options) (Target, error) {
	out := Target{
		Name: name, Description: t.Description, Tags: t.Tags, Platforms: t.Platforms, Linked: o.Linked,
		Request: requestOf(t, o),
	}
	for _, context := range o.Inputs.NamedContexts {
		if other, is := strings.CutPrefix(context.Path, linkScheme); is && !slices.Contains(out.Takes, other) {
			out.Takes = append(out.Takes, other)
		}
	}
	slices.Sort(out.Takes)
	if t.Call != nil && *t.Call != "build" {
		out.Call = *t.Call
	}
	if o.Linked {
		return out, nil
	}
	var err error
	if out.Request.Exporter, out.Unkept, err = outputOf(t.Outputs); err != nil {
		return out, fmt.Errorf("target %q, key %q: %w", name, "output", err)
	}
	out.Request.RewriteTimestamps, _ = strconv.ParseBool(out.Request.Exporter["rewrite-timestamp"])
	return out, nil
}

// requestOf is a target as a request, without names and platforms.
func requestOf(t *bake.Target, o buildxbuild.Options) request.Request {
	return request.Request{
		Context: o.Inputs.ContextPath, State: o.Inputs.ContextState, File: o.Inputs.DockerfilePath,
		Inline: o.Inputs.DockerfileInline, Contexts: maps.Clone(o.Inputs.NamedContexts),
		Target: o.Target, BuildArgs: pairsOf(o.BuildArgs), Labels: pairsOf(o.Labels), Annotations: t.Annotations,
		Secrets: textsOf(o.SecretSpecs), SSH: textsOf(o.SSHSpecs),
		CacheFrom: textsOf(t.CacheFrom), CacheTo: textsOf(t.CacheTo),
		NoCache: o.NoCache, NoCacheFilter: o.NoCacheFilter, Pull: o.Pull, Network: o.NetworkMode, AddHosts: o.ExtraHosts,
		Allow: o.Allow, Attest: textsOf(t.Attest), ShmSize: o.ShmSize.Value(), Ulimits: o.Ulimits.GetList(),
		Resources: t.Resources.ToEntries(), Policies: policiesOf(t.Policy),
	}
}

// pairsOf are KEY=VALUE, in order.
func pairsOf(values map[string]string) (pairs []string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, key+"="+values[key])
	}
	return pairs
}

// textsOf are values as the flags of docker buildx build have them.
func textsOf[T fmt.Stringer](values []T) (texts []string) {
	for _, value := range values {
		texts = append(texts, value.String())
	}
	return texts
}

// policiesOf are policies as --policy has them.
func policiesOf(policies buildflags.PolicyConfigs) (texts []string) {
	for _, p := range policies {
		var fields []string
		for _, file := range p.Files {
			fields = append(fields, "filename="+file.Filename)
		}
		for key, is := range map[string]bool{"reset": p.Reset, "disabled": p.Disabled} {
			if is {
				fields = append(fields, key+"=true")
			}
		}
		if p.Strict != nil {
			fields = append(fields, "strict="+strconv.FormatBool(*p.Strict))
		}
		if p.LogLevel != nil {
			fields = append(fields, "log-level="+p.LogLevel.String())
		}
		slices.Sort(fields)
		texts = append(texts, keyvalue.Line(fields))
	}
	return texts
}

// outputOf reads the outputs of a target: an image is what is built here in any case, and how its layers are packed is
// taken over. unkept says that there is to be none.
func outputOf(outputs buildflags.Exports) (exporter map[string]string, unkept bool, err error) {
	packing := []string{"compression", "compression-level", "force-compression", "rewrite-timestamp"}
	without := []string{"push", "unpack", "store"} // which say what becomes of the image, not what it is
	for _, e := range outputs {
		switch {
		case e.Type == "cacheonly":
			unkept = len(outputs) == 1
			continue
		case !slices.Contains([]string{"image", "registry", "docker"}, e.Type) || e.Destination != "":
			return nil, false, fmt.Errorf("%q is no draft; a draft is an image for publish, --load and test: leave the "+
				"key out, or build the target with docker buildx bake", e)
		}
		for _, key := range slices.Sorted(maps.Keys(e.Attrs)) {
			switch {
			case slices.Contains(packing, key):
				if exporter == nil {
					exporter = map[string]string{}
				}
				exporter[key] = e.Attrs[key]
			case !slices.Contains(without, key):
				return nil, false, fmt.Errorf("%q says %q, which a draft cannot have; leave it out", e, key)
			}
		}
	}
	return exporter, unkept, nil
}

// Attest are --sbom and --provenance as --set has them.
func Attest(sbom, provenance string) (sets []Set) {
	for _, one := range [][2]string{{"sbom", sbom}, {"provenance", provenance}} {
		if kind, value := one[0], one[1]; value != "" {
			sets = append(sets, Set{
				Text: "*.attest=" + buildflags.CanonicalizeAttest(kind, value),
				Said: "--" + kind + " " + visible.Quote(value),
			})
		}
	}
	return sets
}
