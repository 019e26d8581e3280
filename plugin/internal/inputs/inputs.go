package inputs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// Dependency is put before the URI of what a build took from elsewhere: a base image, a Git context.
const Dependency = "from "

// Resolved reads them from BuildKit's provenance (SLSA provenance v1; v0.2 calls them materials). An
// image without provenance has none to show.
func Resolved(ctx context.Context, s *store.Store, image manifest.Image) (map[string]string, error) {
	predicates, err := record.Predicates(ctx, s, image)
	if err != nil {
		return nil, err
	}
	for kind, desc := range predicates {
		if !strings.HasPrefix(kind, "https://slsa.dev/provenance/") {
			continue
		}
		body, err := s.ReadBlob(ctx, desc)
		if err != nil {
			return nil, err
		}
		return parseDependencies(body)
	}
	return nil, nil
}

type dependency struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

func parseDependencies(statement []byte) (map[string]string, error) {
	var provenance struct {
		Predicate struct {
			Materials       []dependency `json:"materials"`
			BuildDefinition struct {
				ResolvedDependencies []dependency `json:"resolvedDependencies"`
			} `json:"buildDefinition"`
		} `json:"predicate"`
	}
	if err := json.Unmarshal(statement, &provenance); err != nil {
		return nil, fmt.Errorf("reading the provenance: %w", err)
	}
	out := map[string]string{}
	predicate := provenance.Predicate
	for _, d := range append(predicate.BuildDefinition.ResolvedDependencies, predicate.Materials...) {
		for _, algorithm := range slices.Sorted(maps.Keys(d.Digest)) {
			out[Dependency+withoutPlatform(d.URI)] = algorithm + ":" + d.Digest[algorithm]
		}
	}
	return out, nil
}

// withoutPlatform drops the platform from a package URL: the digest is that of the index all platforms share.
func withoutPlatform(uri string) string {
	before, query, found := strings.Cut(uri, "?")
	if !found {
		return uri
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return uri
	}
	values.Del("platform")
	if len(values) == 0 {
		return before
	}
	return before + "?" + values.Encode()
}

// Differences lists in words what differs. A revision alone does not: the same files may be of two commits. What
// only one provenance names is not held against the other, which may have been built without provenance. Of files the
// first that differs is named, and what a build writes itself is none of them.
func Differences(one, other store.Note) []string {
	a, b := one.Source, other.Source
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	var out []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		x, y := a[key], b[key]
		if x == y || key == request.InputRevision || strings.HasPrefix(key, Dependency) && (x == "" || y == "") {
			continue
		}
		first := ""
		if of, with := one.Files[key], other.Files[key]; of != nil && with != nil {
			name := firstDiffering(of, with)
			if name == "" {
				continue
			}
			first = fmt.Sprintf("; first %q", name)
		}
		if strings.HasPrefix(key, request.InputContext) && sameCommit(a, b, key) {
			continue
		}
		out = append(out, fmt.Sprintf("%s (%s, %s%s)", key, cmp.Or(x, "none"), cmp.Or(y, "none"), first))
	}
	if x, y := a[request.InputRevision], b[request.InputRevision]; len(out) > 0 && x != y {
		out = append(out, fmt.Sprintf("revision (%.12s, %.12s)", cmp.Or(x, "none"), cmp.Or(y, "none")))
	}
	return out
}
