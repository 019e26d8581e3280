package build

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// Plan is what a build is going to do. It is made from the request and the configuration alone, and never changed.
type Plan struct {
	trial.Plan
	// Names are the drafts that get the result.
	Names       []reference.NamedTagged
	Platforms   platform.Choice
	Builder     string
	Request     request.Request
	Annotations request.IndexAnnotations
	Push        bool
	// Ahead has the images sent to the registry while they are tested; nil: nothing is sent before it is published.
	Ahead Ahead
	// Again is what the draft keeps of the command, for a build that does not come to an end.
	Again *draft.Command
	// TestFile is the file that the tests are from; empty: none.
	TestFile string

	// Target is the name of what is built among others, empty for one alone.
	Target string
	// Scratch says that it is to become no draft: that of its name is gone when it is tested.
	Scratch bool
	// Discard says that nothing of it is kept nor tested: it is there for others that take it.
	Discard bool
	// Takes are the targets among the build contexts.
	Takes []string
}
