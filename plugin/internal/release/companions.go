package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

const (
	// maxCompanions is the most that is taken along with one image.
	maxCompanions = 256
	// maxReferring is how far is followed what refers to what refers to an image, such as the signature of an SBOM.
	maxReferring = 3
)

// companion is a manifest that belongs to one of an image, and that no index names: what has it as its subject, or a
// signature, attestation or SBOM of cosign, which has a tag.
type companion struct {
	desc    ocispec.Descriptor
	subject digest.Digest
	// tag is what cosign calls it; empty for what has a subject.
	tag string
}

// companionsOf lists what belongs to manifests of a repository, and to that again.
func companionsOf(
	ctx context.Context, at *registry.Repository, subjects []digest.Digest,
) (all []companion, err error) {
	known := slices.Clone(subjects)
	for range maxReferring {
		found, err := belonging(ctx, at, subjects)
		if err != nil {
			return nil, err
		}
		subjects = nil
		for _, c := range found {
			if slices.Contains(known, c.desc.Digest) {
				continue
			}
			if len(all) == maxCompanions {
				return nil, fmt.Errorf("more than %d manifests refer to the image: %w", maxCompanions, manifest.ErrIndex)
			}
			known, subjects, all = append(known, c.desc.Digest), append(subjects, c.desc.Digest), append(all, c)
		}
	}
	return all, nil
}

// belonging lists what belongs to manifests themselves, in their order.
func belonging(ctx context.Context, at *registry.Repository, subjects []digest.Digest) ([]companion, error) {
	lists := make([][]companion, len(subjects))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for i, subject := range subjects {
		group.Go(func() error {
			listed, _, err := at.Referrers(ctx, subject)
			if err != nil {
				return err
			}
			for _, desc := range listed {
				lists[i] = append(lists[i], companion{desc: desc, subject: subject})
			}
			for _, suffix := range []string{".sig", ".att", ".sbom"} {
				tag := registry.ReferrersTag(subject) + suffix
				desc, err := at.Head(ctx, tag)
				if cerrdefs.IsNotFound(err) {
					continue
				}
				if err != nil {
					return err
				}
				lists[i] = append(lists[i], companion{desc: desc, subject: subject, tag: tag})
			}
			return nil
		})
	}
	err := group.Wait()
	return slices.Concat(lists...), err
}

// companions finds what belongs to an image and stays behind where it is promoted to another repository, and tells of
// it, unless it is to be taken along.
func (a AsItIs) companions(ctx context.Context, s *Session, image source.Image) ([]companion, error) {
	at, err := s.client.Repository(ctx, a.Source.Image.Name, registry.Pull)
	if err != nil {
		return nil, err
	}
	subjects := []digest.Digest{image.Root.Digest}
	for _, entry := range image.Entries {
		if !slices.Contains(subjects, entry.Manifest.Digest) {
			subjects = append(subjects, entry.Manifest.Digest)
		}
	}
	found, err := companionsOf(ctx, at, subjects)
	switch {
	case a.Referrers || ctx.Err() != nil:
		return found, err
	case err != nil:
		s.Notify("warning: whether signatures are left behind is not known: " + err.Error())
	case len(found) > 0:
		s.Notify(fmt.Sprintf("%d signatures and others that refer to %s are left behind; --referrers takes them along",
			len(found), a.Source.Text))
	}
	return nil, nil
}

// taking copies companions from one repository to another.
type taking struct {
	session  *Session
	from, to *registry.Repository
	target   Target

	mu    sync.Mutex
	taken int
}

// takeAlong copies what belongs to the image of a shipment, before a tag names it: who asks for a signature finds it.
func (d *delivering) takeAlong(ctx context.Context, i int) error {
	one := d.shipments[i]
	if len(one.companions) == 0 {
		return nil
	}
	from, err := d.session.client.Repository(ctx, one.beside.Image.Name, registry.Pull)
	if err != nil {
		return err
	}
	to, err := d.session.pushed(ctx, d.targets[i])
	if err != nil {
		return err
	}
	t := &taking{session: d.session, from: from, to: to, target: d.targets[i]}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(sourceJobs)
	for _, c := range one.companions {
		group.Go(func() error { return t.copy(groupCtx, c) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("taking along what refers to the image: %w", err)
	}
	if err := t.list(ctx, one.companions); err != nil {
		return fmt.Errorf("listing what refers to the image: %w", err)
	}
	d.session.Notify(fmt.Sprintf("took along %d signatures and others that refer to %s", t.taken, one.beside.Text))
	return nil
}

// copy copies one companion. A tag that holds something else is left alone.
func (t *taking) copy(ctx context.Context, c companion) error {
	p := publish.Request{Index: c.desc, Nested: true}
	if c.tag != "" {
		held, err := t.to.Head(ctx, c.tag)
		if err != nil && !cerrdefs.IsNotFound(err) {
			return err
		}
		if err == nil && held.Digest != c.desc.Digest {
			t.session.Notify("warning: " + t.target.Familiar(c.tag) + " is there and is another one; it was left as it is")
			return nil
		}
		p.Tags = []string{c.tag}
	}
	blobs := source.NewBlobs(nil)
	blobs.At(t.from, c.desc)
	p.MountFrom = mountFromPlaces(t.target.Name, blobs, nil)
	prepared, err := publish.Prepare(ctx, t.to, blobs, p, nil)
	if err == nil {
		_, err = prepared.Publish(ctx)
	}
	if failed, ok := errors.AsType[*publish.Error](err); ok {
		err = failed.Err
	}
	if err != nil {
		return fmt.Errorf("copying %s, which refers to %s: %w", c.desc.Digest, c.subject, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken++
	return nil
}

// list lists companions by their subject where the registry does not do so itself: as clients do, under a tag.
func (t *taking) list(ctx context.Context, companions []companion) error {
	bySubject := map[digest.Digest][]ocispec.Descriptor{}
	for _, c := range companions {
		if c.tag == "" {
			bySubject[c.subject] = append(bySubject[c.subject], c.desc)
		}
	}
	for subject, referring := range bySubject {
		listed, byTag, err := t.to.Referrers(ctx, subject)
		if err != nil {
			return err
		}
		before := len(listed)
		for _, desc := range referring {
			if !slices.ContainsFunc(listed, func(d ocispec.Descriptor) bool { return d.Digest == desc.Digest }) {
				listed = append(listed, desc)
			}
		}
		if !byTag || len(listed) == before {
			continue
		}
		body, desc, err := manifest.ListReferrers(listed)
		if err != nil {
			return err
		}
		if err := t.to.PutManifest(ctx, registry.ReferrersTag(subject), desc.MediaType, body); err != nil {
			return err
		}
	}
	return nil
}
