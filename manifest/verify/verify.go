package verify

import (
	"context"
	"slices"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/source"
)

// checkJobs is how many platforms of an image are checked at once.
const checkJobs = 4

// Checked is what verifying needs of a repository; *registry.Repository is one.
type Checked interface {
	source.Place
	// HasBlob asks for a blob, and compares its size where the registry states one.
	HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error)
}

// Checker looks for faults in a published image.
type Checker struct {
	Repository Checked
	// Platforms are looked at, and one of them that is not there is a fault; nil: all there are.
	Platforms []ocispec.Platform
	// RequireTested makes a platform without a passed test a fault.
	RequireTested bool
	// RequireReproducible makes a platform a fault that no second build has made again.
	RequireReproducible bool
	// Layers also looks into every layer. Nil: the layers are only asked for.
	Deep *Layers
}

// Report is what was found in one image.
type Report struct {
	Digest    digest.Digest
	Platforms []PlatformCheck
	// Others are the entries that are no images.
	Others []ocispec.Descriptor
	// Within are the indexes within it, whose images are among the platforms.
	Within []digest.Digest
	// Faults are those that belong to no platform.
	Faults []string
}

// PlatformCheck is what was found in one platform.
type PlatformCheck struct {
	Platform string `json:"platform"`
	// Compression is that of the layers, where the index has the same image in another one too.
	Compression string        `json:"compression,omitempty"`
	Manifest    digest.Digest `json:"manifest"`
	Layers      int           `json:"layers"`
	// Record is the result of the test record, empty for none.
	Record string `json:"record,omitempty"`
	// Reproduction is the result of a second build, empty for none; Differences say in what it differs.
	Reproduction string              `json:"reproduction,omitempty"`
	Differences  []record.Difference `json:"differences,omitempty"`
	Faults       []string            `json:"faults,omitempty"`
	// Audited is how many layers were audited; 0 where they were not looked into. Findings are what was found.
	Audited  int             `json:"audited,omitempty"`
	Findings []audit.Finding `json:"findings,omitempty"`
	// Audit is the audit as a whole; nil where there was none.
	Audit *Audited `json:"-"`
	// RecordedAllowForeign are the patterns of files of another platform that the test record let be. They are not
	// applied: whoever may push can write a record.
	RecordedAllowForeign string `json:"recordedAllowForeign,omitempty"`
}

// Audited is an audit, and of which image.
type Audited struct {
	Config digest.Digest
	audit.Report
}

// Foreign lists the findings of the audit that are faults.
func (p PlatformCheck) Foreign() []audit.Finding {
	return audit.Report{Findings: p.Findings}.Errors()
}

// Verify checks the image at a tag or digest. What is wrong with the image is in
// the report; an error is what kept us from looking.
func (c Checker) Verify(ctx context.Context, ref string) (Report, error) {
	desc, body, err := c.Repository.Resolve(ctx, ref)
	if err != nil {
		return Report{}, err
	}
	report := Report{Digest: desc.Digest}
	imgs := []manifest.Image{{Manifest: desc}}
	reading := &reading{Checker: c, report: &report, looked: map[digest.Digest]bool{}}
	if images.IsIndexType(desc.MediaType) {
		if imgs, report.Others, err = reading.index(ctx, body, manifest.MaxNesting); err != nil {
			return report, report.blame(err)
		}
	} else if err := checkKind(desc, body); err != nil {
		return report, err
	}
	if err := c.seeOthers(ctx, &report, reading.looked); err != nil {
		return report, err
	}
	return report, c.each(ctx, imgs, &report)
}

// each checks the images that are asked for, several at once.
func (c Checker) each(ctx context.Context, imgs []manifest.Image, report *Report) error {
	looks := make([]*imageCheck, 0, len(imgs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkJobs)
	for _, image := range imgs {
		look := &imageCheck{Checker: c, image: image}
		look.result.Platform = platform.Format(image.Platform)
		look.result.Manifest, look.result.Compression = image.Manifest.Digest, source.Compression(image)
		looks = append(looks, look)
		if image.Platform.OS == "" || c.asks(image.Platform) { // the config says which platform it is of
			group.Go(func() error { return look.do(ctx) })
		}
	}
	err := group.Wait()
	for _, look := range looks {
		if c.asks(look.image.Platform) {
			report.Platforms = append(report.Platforms, look.result)
		}
	}
	if err == nil {
		report.Faults = append(report.Faults, c.absent(looks)...)
	}
	return err
}

// asks tells whether a platform is to be looked at.
func (c Checker) asks(p ocispec.Platform) bool {
	return c.Platforms == nil || slices.ContainsFunc(c.Platforms, func(asked ocispec.Platform) bool {
		return platform.Satisfies(p, asked)
	})
}

// absent says which of the platforms that were asked for are not there.
func (c Checker) absent(looks []*imageCheck) (faults []string) {
	var has []string
	for _, look := range looks {
		has = append(has, platform.Format(look.image.Platform))
	}
	for _, asked := range c.Platforms {
		there := func(look *imageCheck) bool { return platform.Satisfies(look.image.Platform, asked) }
		if !slices.ContainsFunc(looks, there) {
			faults = append(faults, platform.Format(asked)+" is not in it, which has "+strings.Join(has, ", "))
		}
	}
	return faults
}
