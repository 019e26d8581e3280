package drafts

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// FilterKeys are the keys that a filter may have.
func FilterKeys() []string { return []string{"name", "platform", "published", "state", "until"} }

// FilterValues are the words that the value of a key may be; nil: it takes other text.
func FilterValues(key string) (words []string) {
	switch key {
	case "published":
		return []string{publishedYes, publishedNo, publishedOlder}
	case "state":
		for _, state := range draft.States() {
			words = append(words, string(state))
		}
	}
	return words
}

// Filter chooses drafts.
type Filter struct {
	// conditions are what a draft has to be, all of it: for each key it is enough to be what one of its values says.
	conditions [][]condition
}

// condition is what one value says.
type condition func(d draft.Draft, row Row) bool

// ParseFilter reads the values of --filter by their keys; time stands still at now.
func ParseFilter(values map[string]map[string]bool, now time.Time) (Filter, error) {
	var f Filter
	for _, key := range slices.Sorted(maps.Keys(values)) {
		var list []condition
		for _, value := range slices.Sorted(maps.Keys(values[key])) {
			one, err := parseCondition(key, value, now)
			if err != nil {
				return f, err
			}
			list = append(list, one)
		}
		f.conditions = append(f.conditions, list)
	}
	return f, nil
}

// parseCondition reads one value.
func parseCondition(key, value string, now time.Time) (condition, error) {
	words := FilterValues(key)
	if words != nil && !slices.Contains(words, value) {
		last := len(words) - 1
		return nil, failure.Usage("unknown --filter %s=%q; use %s or %s", key, value,
			strings.Join(words[:last], ", "), words[last])
	}
	switch key {
	case "name":
		return named(value)
	case "platform":
		asked, err := platform.Parse([]string{value})
		if err != nil {
			return nil, failure.Usage("--filter platform=%q: %w", value, err)
		}
		return func(d draft.Draft, _ Row) bool {
			return slices.ContainsFunc(platformsOf(d), func(p ocispec.Platform) bool { return platform.Satisfies(p, asked[0]) })
		}, nil
	case "published":
		return func(_ draft.Draft, row Row) bool { return row.Published == value }, nil
	case "state":
		return func(_ draft.Draft, row Row) bool { return row.is(value) }, nil
	case "until":
		age, err := time.ParseDuration(value)
		if err != nil || age < 0 {
			return nil, failure.Usage("--filter until=%q is not a duration; give one like 24h", value)
		}
		return func(d draft.Draft, _ Row) bool { return !d.Updated.After(now.Add(-age)) }, nil
	}
	return nil, failure.Usage("unknown filter %q; those there are: %s", key, strings.Join(FilterKeys(), ", "))
}

// named is a part of a name, or a pattern of the Docker CLI's kind.
func named(value string) (condition, error) {
	if _, err := path.Match(value, ""); err != nil {
		return nil, failure.Usage("--filter name=%q is no pattern: %w", value, err)
	}
	return func(d draft.Draft, row Row) bool {
		matches, err := reference.FamiliarMatch(value, d.Name)
		return err == nil && matches || strings.Contains(row.Name, value)
	}, nil
}

// is tells whether the draft is in a state, or one of its platforms is; passed are all of them, or none.
func (r Row) is(state string) bool {
	if r.Verdict == state {
		return true
	}
	return state != string(draft.Passed) && slices.Contains(slices.Collect(maps.Values(r.Verdicts)), state)
}

// platformsOf are the platforms that a draft was asked for or has.
func platformsOf(d draft.Draft) (list []ocispec.Platform) {
	for _, image := range d.Select(nil) {
		list = append(list, image.Platform)
	}
	return list
}

// Takes tells that a draft is what was asked for.
func (f Filter) Takes(d draft.Draft, row Row) bool {
	for _, key := range f.conditions {
		if !slices.ContainsFunc(key, func(one condition) bool { return one(d, row) }) {
			return false
		}
	}
	return true
}

// Filtered are the rows of the drafts that a filter takes.
func (l Listed) Filtered(f Filter) []Row {
	rows := []Row{}
	for i, row := range l.Rows {
		if f.Takes(l.Drafts[i], row) {
			rows = append(rows, row)
		}
	}
	return rows
}
