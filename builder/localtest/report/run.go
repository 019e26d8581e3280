package report

import (
	"slices"
	"time"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// Run is what came of one image, or of several, on all platforms.
type Run struct {
	// Name is the image's; of several it is all of them.
	Name string
	// Failure is what kept all of it from its end; empty: nothing.
	Failure string
	// Began is when it did, Took how long it took; zero where that is not known.
	Began time.Time
	Took  time.Duration
	// Images are what there is now under a name.
	Images []Image
	// Platforms are in the order of the request, those of one target beside each other.
	Platforms []Platform
}

// Image is what a name stands for in the end.
type Image struct {
	Target, Name, Digest string
	// Published tells that it is in its registry.
	Published bool
}

// Platform is what came of one platform.
type Platform struct {
	// Target is what of several was built; empty: there is one only.
	Target string
	// Name is the platform's.
	Name string
	// Emulated says that an emulator ran its tests, where any were run; Cached that they were run before.
	Emulated, Cached bool
	// Build is how it was built, "native" or "emulated", empty where that is not known; BuildTook how long that took.
	Build     string
	BuildTook time.Duration
	// Verdict may also be one of a platform whose build failed; such a platform has no cases.
	Verdict localtest.Verdict
	Reason  string
	// Output is the end of what the step of the build wrote that failed.
	Output string
	Cases  []localtest.Case
	// Notes are what is worth knowing of the platform beside its tests, a line for each.
	Notes []string
	// Emulators is what the build spent under an emulator, where that is worth saying.
	Emulators *Emulators
	// Audit is nil where the image was not audited.
	Audit *Audit
	// Loaded is the name of the image in the engine.
	Loaded string
	// Engine is the docker context, or the address, of that engine; empty: it is the one in use.
	Engine string
	// Digests are those of what there is of it.
	Digests []Digest
	// Steps are what it was at, in the order in which that began.
	Steps []Step
}

// Title names a platform among those of several targets.
func (p Platform) Title() string {
	if p.Target == "" {
		return p.Name
	}
	return p.Target + " " + p.Name
}

// Emulators is how long the emulated steps of a platform's build took.
type Emulators struct {
	Seconds float64 `json:"seconds" doc:"The time of all of them."`
	// Times is how many times as long as natively, of those steps where that is known; 0: of none it is.
	Times float64        `json:"times,omitempty" doc:"How many times as long as natively, where that is known."`
	Steps []EmulatedStep `json:"steps"           doc:"The longest first."`
}

// EmulatedStep is one of them; the rule of a check that would help, if there is one, with its page.
type EmulatedStep struct {
	Instruction   string  `json:"instruction"             doc:"As the Dockerfile has it."`
	Seconds       float64 `json:"seconds"                 doc:"How long it took."`
	NativeSeconds float64 `json:"nativeSeconds,omitempty" doc:"How long it took on a native platform, where it did."`
	Rule          string  `json:"rule,omitempty"          doc:"The rule of check that would help."`
	URL           string  `json:"url,omitempty"           doc:"The page of the rule."`
}

// Audit is what was found by looking at the files of an image.
type Audit struct {
	Layers int `json:"layers" doc:"How many layers the image has."`
	// Read is how many of them had to be read; the others were known.
	Read     int       `json:"read"     doc:"How many of them had to be read; the others were known."`
	Findings []Finding `json:"findings" doc:"Errors first."`
}

// Finding is one file, or the image itself, and what is remarkable about it.
type Finding struct {
	Severity string `json:"severity"          enum:"error,note" doc:"An error stands against publishing."`
	Path     string `json:"path,omitempty"                      doc:"The file in the image."`
	What     string `json:"what"                                doc:"What it is."`
	Why      string `json:"why,omitempty"                       doc:"Why that matters."`
	Layer    string `json:"layer,omitempty"                     doc:"The layer that it is in."`
	History  string `json:"history,omitempty"                   doc:"The instruction that made the layer."`
}

// Digest is a digest of a part of a platform: its image manifest, config, or attestation manifest.
type Digest struct {
	Of     string `json:"of"     enum:"image,config,attestation" doc:"What has it."`
	Digest string `json:"digest"                                 doc:"The digest."`
}

// Phases of the way of a platform, in their order.
const (
	Build  = "build"
	Export = "export"
	Load   = "load"
	Look   = "audit"
	Test   = "test"
	Upload = "upload"
)

// phases are all of them.
func phases() []string { return []string{Build, Export, Load, Look, Test, Upload} }

// Step is a step of a platform while it was at work.
type Step struct {
	Phase string
	Name  string
	// Began is when, since the run did.
	Began, Took time.Duration
	// Emulated tells that an emulator ran its program; Cached that nothing had to be done.
	Emulated, Cached, Failed bool
}

// Took is the time of all tests of the platform.
func (p Platform) Took() time.Duration {
	var total time.Duration
	for _, c := range p.Cases {
		total += c.Took
	}
	return total
}

// none is the execution of a platform of which nothing was run.
const none = "none"

// execution says in a word how the tests of the platform were run, if any was.
func (p Platform) execution() string {
	ran := slices.ContainsFunc(p.Cases, func(c localtest.Case) bool {
		return c.Verdict == localtest.Passed || c.Verdict == localtest.Failed || c.Verdict == localtest.Inconclusive
	})
	switch {
	case !ran:
		return none
	case p.Emulated:
		return "emulated"
	}
	return "native"
}
