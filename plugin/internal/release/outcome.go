package release

import (
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
)

// Outcome is what became of a delivery, whatever stopped it. Both lists are in the order of the targets, as far
// as it came.
type Outcome struct {
	Published []Delivered
	Planned   []Planned
}

// Delivered is a target that has got its tags.
type Delivered struct {
	Target   Target
	Shipment Shipment
	Result   publish.Result
}

// Planned is a target as a dry run found it.
type Planned struct {
	Target   Target
	Shipment Shipment
	// Tags are those to be written, with what they hold.
	Tags []publish.TagChange
	// Missing are the blobs that would be sent.
	Missing []ocispec.Descriptor
	// Index is the bytes of the index.
	Index []byte
}

// First is the image of the first target that was reached.
func (o Outcome) First() Shipment {
	switch {
	case len(o.Published) > 0:
		return o.Published[0].Shipment
	case len(o.Planned) > 0:
		return o.Planned[0].Shipment
	}
	return Shipment{}
}

// What a tag is after a delivery.
const (
	Written   Fate = "written"
	Unsure    Fate = "perhaps written: its answer was lost"
	Unchanged Fate = "unchanged"
	Replaced  Fate = "written, and replaced by someone else"
)

// Fate is what became of a tag.
type Fate string

// TagState says of a tag what became of it. Without a name it says that a target without tags changed none.
type TagState struct {
	Name string
	Fate Fate
}

// unchangedStates say of every tag of a target that nothing was changed.
func unchangedStates(t Target) []TagState {
	if len(t.Tags) == 0 {
		return []TagState{{Fate: Unchanged}}
	}
	states := make([]TagState, 0, len(t.Tags))
	for _, name := range t.Tagged() {
		states = append(states, TagState{name, Unchanged})
	}
	return states
}

// writtenStates say what became of the tags of a target that came to its end.
func writtenStates(t Target, published publish.Result) []TagState {
	states := make([]TagState, 0, len(published.Tags))
	for _, change := range published.Tags {
		fate := Unchanged
		if change.Written {
			fate = Written
		}
		states = append(states, TagState{t.Familiar(change.Tag), fate})
	}
	return states
}

// openStates say of every tag of a target that did not come to its end what it holds now.
func openStates(t Target, prepared *publish.Prepared) []TagState {
	written, unsure := prepared.Changed()
	states := make([]TagState, 0, len(written)+len(unsure)+1)
	for _, tag := range written {
		fate := Written
		if prepared.Replaced(tag) {
			fate = Replaced
		}
		states = append(states, TagState{t.Familiar(tag), fate})
	}
	for _, tag := range unsure {
		states = append(states, TagState{t.Familiar(tag), Unsure})
	}
	for _, tag := range t.Tags {
		if !slices.Contains(written, tag) && !slices.Contains(unsure, tag) {
			states = append(states, TagState{t.Familiar(tag), Unchanged})
		}
	}
	if len(states) == 0 {
		states = append(states, TagState{Fate: Unchanged})
	}
	return states
}
