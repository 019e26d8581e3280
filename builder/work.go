package builder

import (
	"context"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/docker/buildx/util/progress"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// Result is the outcome of one platform's solve.
type Result struct {
	Platform ocispec.Platform
	// Node is where it was built, empty where the builder has one node only.
	Node string
	// Root is the digest of what the exporter wrote last: an index of one image manifest and its attestation
	// manifest, or the image manifest alone when nothing attests it.
	Root digest.Digest
	// Fetched is how many bytes of it the node has sent to this machine, Engine the engine that the node is a container
	// of, as [Placement] has it.
	Fetched int64
	Engine  string
	// Took is the time from the start of the build to the end of this solve.
	Took time.Duration
	// Err is set when the solve failed; Canceled tells that it was called off, not wrong.
	Err      error
	Canceled bool
	// Output is the end of what the step wrote that failed, fit to be shown.
	Output string
	// Moved says where it was built in the end, where its node was lost; nil: where it was to be.
	Moved *Placement
	// Awaited names the works it takes, and that were not built: it could not be either.
	Awaited []string
}

// Watch is told how a build goes.
type Watch struct {
	// Began is called before the first instruction of a platform is carried out, when the builder has understood all
	// that it was given: what it refuses never comes so far. An error calls the platform off.
	Began func() error
	// Made is called when the files of a platform are there, before anything is made of them: an error fails the
	// platform. It may be nil; then nobody waits for them.
	Made func(ctx context.Context, p ocispec.Platform, files Files) error
	// Done is called once per platform as soon as its solve has ended, while others still build, on a goroutine of its
	// own.
	Done func(Result)
}

// Work is the build of one request.
type Work struct {
	// Name tells one work from others; a work alone needs none. The build contexts of other works name it, as
	// target:NAME: they take what is built of it for their platform.
	Name    string
	Request request.Request
	Watch   Watch
	// Discard keeps nothing of it: it is there for the works that take it.
	Discard bool
	// Natively says that no node is to emulate it that stands in for one which is lost.
	Natively bool
}

// Sink is where a build goes: what it makes, and what it says.
type Sink struct {
	Store   content.Store
	Display progress.Writer
}
