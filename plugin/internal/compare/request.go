package compare

import (
	"context"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/docker/buildx/util/progress"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/diff"
	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Request says what is to be compared, and how registries are reached.
type Request struct {
	// Places are one image, whose platforms are compared with each other, or two, which are compared platform by
	// platform.
	Places []Place
	// Platforms are those that count; none: all there are.
	Platforms []ocispec.Platform
	// AllLayers also reads the layers that both images have.
	AllLayers bool
	Trust     dockercli.Trust
}

// Result is what differs.
type Result struct {
	// Names are the images that were compared.
	Names []string `json:"names"`
	// Reports has one comparison of all platforms of one image; or, of two images, one for each platform.
	Reports []diff.Report `json:"reports"`
	// Only are the platforms that just one of two images has, by the image's name.
	Only map[string][]string `json:"only,omitempty"`
	// Same are the platforms whose images are the same in both, byte for byte.
	Same []string `json:"same,omitempty"`
}

// Equal tells whether nothing differs but what has to.
func (r Result) Equal() bool {
	return len(r.Only) == 0 && !slices.ContainsFunc(r.Reports, func(one diff.Report) bool { return !one.Equal() })
}

// Run reads and compares. Nothing of what is read is stored.
func (r Request) Run(ctx context.Context, h dockercli.Host, pw progress.Writer) (*Result, error) {
	var result *Result
	work := func(s *store.Store) error {
		reading := &reading{request: r, host: h, store: s, pw: pw}
		var err error
		result, err = reading.compare(ctx)
		return err
	}
	if !slices.ContainsFunc(r.Places, func(p Place) bool { return p.isDraft(ctx, h) }) {
		err := work(nil)
		return result, failure.Interrupted(ctx, err)
	}
	err := h.WithStore(ctx, work)
	return result, failure.Interrupted(ctx, err)
}

// reading is a request that is carried out.
type reading struct {
	request Request
	host    dockercli.Host
	// store is nil where no draft is looked at.
	store *store.Store
	pw    progress.Writer
}

// image is one of the images that are compared.
type image struct {
	name    string
	entries []source.Entry
	blobs   content.Provider
}

func (r *reading) compare(ctx context.Context) (*Result, error) {
	result := &Result{}
	images := make([]image, len(r.request.Places))
	for i, p := range r.request.Places {
		var err error
		if images[i], err = r.open(ctx, p); err != nil {
			return nil, err
		}
		result.Names = append(result.Names, images[i].name)
	}
	r.remark(images)
	if len(images) == 1 {
		report, err := r.parity(ctx, images[0])
		result.Reports = []diff.Report{report}
		return result, err
	}
	return result, r.both(ctx, images[0], images[1], result)
}

// remark says of the platforms of images what is easily taken for another.
func (r *reading) remark(images []image) {
	var names []string
	for _, is := range images {
		for _, entry := range is.entries {
			names = append(names, platform.Format(entry.Platform))
		}
	}
	for _, remark := range platform.Remarks(names) {
		r.notify(remark)
	}
}

// parity compares the platforms of one image.
func (r *reading) parity(ctx context.Context, is image) (diff.Report, error) {
	if len(is.entries) < 2 {
		return diff.Report{}, failure.Usage("%s has the one platform %s; name a second image to compare it with",
			is.name, platform.Format(is.entries[0].Platform))
	}
	reader := inventory.Reader{Provider: is.blobs, Fold: fold.New().Text, Known: inventory.NewKnown()}
	sides := make([]diff.Side, len(is.entries))
	for i, entry := range is.entries {
		var err error
		if sides[i], err = r.side(ctx, reader, is.name, entry); err != nil {
			return diff.Report{}, err
		}
	}
	return diff.Compare(ctx, sides)
}
