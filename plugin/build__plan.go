package plugin

import (
	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// buildPlan is what a build is going to do. It is made from the request and the configuration alone, and never changed.
type buildPlan struct {
	trialPlan
	// names are the drafts that get the result.
	names       []reference.NamedTagged
	platforms   manifest.PlatformChoice
	builder     string
	request     builder.Request
	annotations builder.IndexAnnotations
	push        bool
}
