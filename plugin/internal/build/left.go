package build

import "github.com/docker-multiplat/docker-multiplat/manifest/draft"

// Left is what a build that was called off has left of its draft, as the end of a sentence about it.
func (r Result) Left() string {
	switch {
	case !r.Begun:
		return "is as it was"
	case r.Whole():
		return "has every platform, and all have passed: publish takes it as it is"
	case len(r.Rows) < len(r.Plan.Platforms.Platforms) || r.any(lacking):
		return "says which platforms are missing"
	}
	return "has every platform, and says what is known of each"
}

// Whole tells that every platform that was asked for is there, and may be published.
func (r Result) Whole() bool {
	return len(r.Rows) == len(r.Plan.Platforms.Platforms) && !r.any(func(s draft.State) bool { return !s.Good() })
}

// lacking tells that a draft has no image of a platform that its last build was to make.
func lacking(s draft.State) bool { return s.Stale() || s == draft.Missing }

// any tells whether the state of a platform is such a one.
func (r Result) any(such func(draft.State) bool) bool {
	for _, row := range r.Rows {
		if such(row.State) {
			return true
		}
	}
	return false
}
