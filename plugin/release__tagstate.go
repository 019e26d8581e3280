package plugin

import (
	"slices"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// What a tag is after a delivery.
const (
	tagWritten   tagFate = "written"
	tagUnsure    tagFate = "perhaps written: its answer was lost"
	tagUnchanged tagFate = "unchanged"
)

// tagFate is what became of a tag.
type tagFate string

// tagState says of a tag what became of it. Without a name it says that a target without tags changed none.
type tagState struct {
	name string
	fate tagFate
}

// unchangedStates say of every tag of a target that nothing was changed.
func unchangedStates(t releaseTarget) []tagState {
	if len(t.tags) == 0 {
		return []tagState{{fate: tagUnchanged}}
	}
	states := make([]tagState, 0, len(t.tags))
	for _, name := range t.tagged() {
		states = append(states, tagState{name, tagUnchanged})
	}
	return states
}

// writtenStates say what became of the tags of a target that came to its end.
func writtenStates(t releaseTarget, published manifest.Published) []tagState {
	states := make([]tagState, 0, len(published.Tags))
	for _, change := range published.Tags {
		fate := tagUnchanged
		if change.Written {
			fate = tagWritten
		}
		states = append(states, tagState{t.familiar(change.Tag), fate})
	}
	return states
}

// openStates say of every tag of a target that did not come to its end what it holds now.
func openStates(t releaseTarget, prepared *manifest.Prepared) []tagState {
	written, unsure := prepared.Changed()
	states := make([]tagState, 0, len(written)+len(unsure)+1)
	for _, tag := range written {
		states = append(states, tagState{t.familiar(tag), tagWritten})
	}
	for _, tag := range unsure {
		states = append(states, tagState{t.familiar(tag), tagUnsure})
	}
	for _, tag := range t.tags {
		if !slices.Contains(written, tag) && !slices.Contains(unsure, tag) {
			states = append(states, tagState{t.familiar(tag), tagUnchanged})
		}
	}
	if len(states) == 0 {
		states = append(states, tagState{fate: tagUnchanged})
	}
	return states
}
