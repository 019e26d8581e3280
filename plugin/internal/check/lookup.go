package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/images"
	cerrdefs "github.com/containerd/errdefs"
	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// lookUp asks a builder for images, or their registries where there is none; it fills in what is known.
type lookUp func(context.Context, []builder.LookedUp) ([]builder.LookedUp, error)

// byBuilder asks a builder. Of what is missing there the registry tells what it serves, if it answers here, too: that
// is for the message alone.
func byBuilder(b *builder.Builder, pull bool, hints *registry.Client) lookUp {
	return func(ctx context.Context, asked []builder.LookedUp) ([]builder.LookedUp, error) {
		found, err := b.LookUp(ctx, pull, asked)
		if err != nil {
			return nil, err
		}
		return hinted(ctx, found, byRegistry(hints))
	}
}

// hinted adds what registries say of images that a builder did not get.
func hinted(ctx context.Context, found []builder.LookedUp, registries lookUp) ([]builder.LookedUp, error) {
	var failed []builder.LookedUp
	for _, f := range found {
		if f.Err != nil {
			failed = append(failed, f)
		}
	}
	const patience = 3 * time.Second
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	told, err := registries(short, failed)
	if err != nil {
		return found, ctx.Err()
	}
	for i := range found {
		at := find(told, found[i])
		if found[i].Err == nil || at < 0 {
			continue
		}
		found[i].Serves = told[at].Serves
		found[i].Missing = found[i].Missing || told[at].Missing
	}
	return found, nil
}

// byRegistry asks the registries, once for each image.
func byRegistry(client *registry.Client) lookUp {
	return func(ctx context.Context, asked []builder.LookedUp) ([]builder.LookedUp, error) {
		const atOnce = 8
		var group errgroup.Group
		group.SetLimit(atOnce)
		var mu sync.Mutex
		read := map[string]offer{}
		for _, a := range asked {
			mu.Lock()
			_, known := read[a.Image]
			read[a.Image] = offer{}
			mu.Unlock()
			if known {
				continue
			}
			group.Go(func() error {
				o := readOffer(ctx, client, a.Image)
				mu.Lock()
				defer mu.Unlock()
				read[a.Image] = o
				return ctx.Err()
			})
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
		out := slices.Clone(asked)
		for i := range out {
			read[out[i].Image].answer(&out[i])
		}
		return out, nil
	}
}

// offer is what a registry has under a name.
type offer struct {
	desc ocispec.Descriptor
	// serves are the platforms of an index, or the one of a single image.
	serves []ocispec.Platform
	single bool
	err    error
}

// readOffer reads an index, or an image with its config.
func readOffer(ctx context.Context, client *registry.Client, image string) (o offer) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return offer{err: err}
	}
	repository, err := client.Repository(ctx, named, registry.Pull)
	if err != nil {
		return offer{err: err}
	}
	ref := "latest"
	if digested, ok := named.(reference.Digested); ok {
		ref = digested.Digest().String()
	} else if tagged, ok := named.(reference.Tagged); ok {
		ref = tagged.Tag()
	}
	var body []byte
	if o.desc, body, err = repository.Resolve(ctx, ref); err != nil {
		return offer{err: err}
	}
	if images.IsIndexType(o.desc.MediaType) {
		o.serves, o.err = platformsOf(body)
		return o
	}
	o.single = true
	var parsed ocispec.Manifest
	if err := json.Unmarshal(body, &parsed); err != nil {
		return offer{err: fmt.Errorf("reading the manifest of %q: %w: %w", image, manifest.ErrIndex, err)}
	}
	config, err := repository.Fetch(ctx, parsed.Config)
	if err != nil {
		return offer{err: err}
	}
	p, err := manifest.PlatformOf(config)
	o.serves, o.err = []ocispec.Platform{p}, err
	return o
}

// platformsOf are those of the images in an index; attestations are none.
func platformsOf(body []byte) ([]ocispec.Platform, error) {
	var index ocispec.Index
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, fmt.Errorf("reading an index: %w: %w", manifest.ErrIndex, err)
	}
	var out []ocispec.Platform
	for _, entry := range index.Manifests {
		if entry.Platform != nil && entry.Platform.OS != "unknown" {
			out = append(out, platforms.Normalize(*entry.Platform))
		}
	}
	return out, nil
}

// answer is what BuildKit would take of it for a platform.
func (o offer) answer(l *builder.LookedUp) {
	l.Digest, l.Err = o.desc.Digest, o.err
	switch {
	case o.err != nil:
		l.Missing = cerrdefs.IsNotFound(o.err)
		return
	case o.single:
		l.Got = platforms.Normalize(o.serves[0])
		return
	}
	l.Serves = o.serves
	matcher, best := platforms.Only(l.Platform), -1
	for i, p := range o.serves {
		if matcher.Match(p) && (best < 0 || matcher.Less(p, o.serves[best])) {
			best = i
		}
	}
	if best < 0 {
		l.Missing, l.Err = true, fmt.Errorf("there is no image for %s: %w", platforms.FormatAll(l.Platform), errNone)
		return
	}
	l.Got = platforms.Normalize(o.serves[best])
}

// errNone says that an index lacks a platform.
var errNone = errors.New("none in the index")
