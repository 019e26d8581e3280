package plugintest

import (
	"testing"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
)

// MixedDraft is a draft with everything inspect has to show: a passed, a failed and a missing platform.
func MixedDraft(t *testing.T, s *store.Store, name string) {
	t.Helper()
	SaveDraft(t, s, name, "linux/amd64,linux/arm64,linux/s390x",
		PassedImage(t, s, "linux/amd64", "app"),
		Judged(t, s, UntestedImage(t, s, "linux/arm64", "app"), localtest.Failed))
	SaveNote(t, s, name, "linux/arm64", store.Note{State: "failed", Reason: "smoke test: exit code 3, not 0"})
	SaveNote(t, s, name, "linux/s390x", store.Note{State: draft.NotBuilt, Reason: "RUN false: exit code 1"})
}

// SavePassed stores a draft of two tested platforms; text makes it differ from others.
func SavePassed(t *testing.T, s *store.Store, name, text string) store.Draft {
	t.Helper()
	return SaveDraft(t, s, name, "linux/amd64,linux/arm64",
		PassedImage(t, s, "linux/amd64", text), PassedImage(t, s, "linux/arm64", text))
}
