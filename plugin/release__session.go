package plugin

import (
	"context"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// releaseSession holds what a delivery speaks through: the registries, and the display. Its client keeps the
// repositories that were opened.
type releaseSession struct {
	host   host
	client *registry.Client
	pw     progress.Writer
}

// newReleaseSession returns a session. It contacts nothing.
func newReleaseSession(h host, t trust, pw progress.Writer) *releaseSession {
	s := &releaseSession{host: h, pw: pw}
	s.client = h.registries(t, s.notify)
	return s
}

// notify shows a line in the display, as a step that is done.
func (s *releaseSession) notify(message string) {
	_ = progress.Wrap(message, s.pw.Write, func(progress.SubLogger) error { return nil })
}

// pushed is the repository of a target, which was opened for pushing.
func (s *releaseSession) pushed(ctx context.Context, t releaseTarget) (*registry.Repository, error) {
	return s.client.Repository(ctx, t.name, registry.Push)
}

// warnOfTwins tells of platforms that are one and the same image.
func (s *releaseSession) warnOfTwins(images []manifest.Image) {
	for _, twins := range manifest.Twins(images) {
		s.notify("warning: " + manifest.FormatPlatform(twins[0]) + " and " +
			manifest.FormatPlatform(twins[1]) + " are the same image")
	}
}
