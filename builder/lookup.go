package builder

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/session"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// LookedUp is what a build gets for an image and a platform.
type LookedUp struct {
	Image    string
	Platform ocispec.Platform
	// Digest is that of the index or manifest the name stands for, Got the platform that its config tells.
	Digest digest.Digest
	Got    ocispec.Platform
	// Serves are the platforms the image has, where that is known.
	Serves []ocispec.Platform
	// Missing tells that there is no such image, or not for the platform; Err is why nothing is known.
	Missing bool
	Err     error
}

// LookUp asks the nodes that build the platforms for images, as a build does: with their mirrors, the credentials of
// the Docker CLI, and the source policy. No solve is started. An image is asked for by its name once for each node;
// Digest, Got, Missing and Err are filled in.
func (b *Builder) LookUp(ctx context.Context, pull bool, asked []LookedUp) ([]LookedUp, error) {
	out := slices.Clone(asked)
	nodes := map[int]map[string][]*LookedUp{}
	for i := range out {
		at, err := b.usable(out[i].Platform)
		if err != nil {
			return nil, err
		}
		if nodes[at] == nil {
			nodes[at] = map[string][]*LookedUp{}
		}
		nodes[at][out[i].Image] = append(nodes[at][out[i].Image], &out[i])
	}
	policy, err := buildxbuild.ReadSourcePolicy()
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading the source policy: %w", err), errdefs.ErrInput)
	}
	mode := "default"
	if pull {
		mode = "pull"
	}
	defer b.watchNodes(ctx, slices.Collect(maps.Keys(nodes))...)()
	group, ctx := errgroup.WithContext(ctx)
	signed := b.auth()
	for at, images := range nodes {
		group.Go(func() error {
			c, err := b.nodes[at].Driver.Client(ctx)
			if err != nil {
				return err
			}
			opt := client.SolveOpt{Session: []session.Attachable{signed}, SourcePolicy: policy, Internal: true}
			_, err = c.Build(ctx, opt, "docker-multiplat", func(ctx context.Context, g gateway.Client) (*gateway.Result, error) {
				return gateway.NewResult(), asking{g, mode, b.natives[at]}.all(ctx, images)
			}, nil)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("looking images up with builder %q: %w", b.Name, blankError(err, signed.blank))
	}
	for i := range out {
		out[i].Err = blankError(out[i].Err, signed.blank)
	}
	return out, nil
}

// asking is one node that is asked.
type asking struct {
	gateway.Client
	// mode is how a name is resolved, native the platform that the node is of.
	mode   string
	native ocispec.Platform
}

// all looks images up, all at once.
func (a asking) all(ctx context.Context, images map[string][]*LookedUp) error {
	var group errgroup.Group
	for _, same := range images {
		group.Go(func() error { return a.one(ctx, same) })
	}
	return group.Wait()
}

// one looks one image up for all its platforms. Once its digest is known the name is not asked for again: what fails
// by digest then, twice, while another platform is there, is a platform that the image lacks. BuildKit has no code for
// that.
func (a asking) one(ctx context.Context, same []*LookedUp) error {
	named, err := reference.ParseNormalizedNamed(same[0].Image)
	if err != nil {
		return err
	}
	pinned, left, err := a.pin(ctx, named, same)
	if err != nil {
		return err
	}
	var group errgroup.Group
	for _, image := range left {
		group.Go(func() error {
			if pinned == "" {
				return a.ask(ctx, named.String(), image)
			}
			if err := a.ask(ctx, pinned, image); err != nil || image.Err == nil {
				return err
			}
			err := a.ask(ctx, pinned, image)
			image.Missing = image.Err != nil
			return err
		})
	}
	return group.Wait()
}

// pin asks for a platform by name, and if that is not there for the one of the node. It returns the name with the
// digest, if there is any of the two, and what is still to be asked.
func (a asking) pin(ctx context.Context, named reference.Named, same []*LookedUp) (string, []*LookedUp, error) {
	first, left := same[0], same[1:]
	if err := a.ask(ctx, named.String(), first); err != nil {
		return "", nil, err
	}
	known := first
	if first.Err != nil {
		known, left = &LookedUp{Image: first.Image, Platform: a.native}, same
		if err := a.ask(ctx, named.String(), known); err != nil {
			return "", nil, err
		}
	}
	if known.Digest == "" {
		return "", left, nil
	}
	canonical, err := reference.WithDigest(named, known.Digest)
	if err != nil {
		return "", nil, err
	}
	return canonical.String(), left, nil
}

// ask asks for one platform of an image. What is wrong with the image is no error.
func (a asking) ask(ctx context.Context, ref string, l *LookedUp) error {
	p := l.Platform
	var body []byte
	_, l.Digest, body, l.Err = a.ResolveImageConfig(ctx, ref, sourceresolver.Opt{
		LogName:  "looking up " + ref,
		ImageOpt: &sourceresolver.ResolveImageOpt{Platform: &p, ResolveMode: a.mode},
	})
	if l.Err != nil {
		return ctx.Err()
	}
	var config ocispec.Image
	if l.Err = json.Unmarshal(body, &config); l.Err != nil {
		l.Err = fmt.Errorf("reading the config: %w", l.Err)
	}
	l.Got = platforms.Normalize(config.Platform)
	return nil
}

// Native is what the builder runs without an emulator; ok is false where no node runs.
func (b *Builder) Native() (p ocispec.Platform, ok bool) {
	for i, node := range b.nodes {
		if runs(node) && b.natives[i].OS != "" {
			return b.natives[i], true
		}
	}
	return p, false
}
