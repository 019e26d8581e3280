package completion

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
)

// patience is how long a shell waits for what another process is writing.
const patience = 100 * time.Millisecond

// allDrafts are the drafts that there are. A store that is not there is not made, one that is damaged not mended.
func allDrafts(p place) []draft.Draft {
	if !p.host.HasStore() {
		return nil
	}
	ctx, cancel := context.WithTimeout(p.cmd.Context(), patience)
	defer cancel()
	s, err := store.Look(p.host.StoreFolder(), store.Waiting(ctx, func(string) {}))
	if err != nil {
		return nil
	}
	defer func() { _ = s.Close() }()
	found, err := s.List(ctx)
	if err != nil {
		return nil
	}
	return found
}

// nameOf is the name of a draft as users type it.
func nameOf(d draft.Draft) string { return reference.FamiliarString(d.Name) }

// draftNames are the names of all drafts.
func draftNames(p place) offers {
	var o offers
	for _, d := range allDrafts(p) {
		o.values = append(o.values, nameOf(d))
	}
	return o
}

// publishedFirst are the names of drafts, those that were published from here first.
func publishedFirst(p place) offers {
	var published, others []string
	for _, d := range allDrafts(p) {
		if d.Published != "" {
			published = append(published, nameOf(d))
		} else {
			others = append(others, nameOf(d))
		}
	}
	return offers{values: slices.Concat(published, others)}
}

// tagOfFirst is the repository of the first argument, for another tag of it.
func tagOfFirst(p place) offers {
	named, err := reference.ParseNormalizedNamed(p.args[0])
	if err != nil {
		return offers{}
	}
	return offers{values: []string{reference.FamiliarName(named) + ":"}, more: true}
}

// registries are the hosts of drafts, but for Docker Hub.
func registries(p place) offers {
	var o offers
	for _, d := range allDrafts(p) {
		if host := reference.Domain(d.Name); host != "docker.io" && !strings.HasPrefix(host, "-") {
			o.values = append(o.values, host)
		}
	}
	return o
}

// lsFilters are the filters of ls, and what they may be.
func lsFilters(p place) offers {
	return keyed(words(drafts.FilterKeys()...), func(v place) offers {
		key, _, _ := strings.Cut(p.word, "=")
		switch key {
		case "platform":
			return platforms(v)
		case "name":
			return draftNames(v)
		}
		return offers{values: drafts.FilterValues(key)}
	})(p)
}
