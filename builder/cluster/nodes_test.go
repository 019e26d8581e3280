package cluster

import (
	"net/http"
	"testing"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

const twoNodes = `{"items": [
 {"metadata": {"name": "a", "labels": {"kubernetes.io/arch": "amd64", "pool": "old"}},
  "status": {"nodeInfo": {"architecture": "amd64", "operatingSystem": "linux"}}},
 {"metadata": {"name": "b", "labels": {"kubernetes.io/arch": "arm64", "pool": "new"}},
  "status": {"nodeInfo": {"architecture": "arm64", "operatingSystem": "linux"}}}]}`

// A platform is tested on nodes of its architecture, else on those that need no emulator, else on those asked for.
func TestPool(t *testing.T) {
	for _, at := range []struct{ place, platform, selector, runs string }{
		{"kubernetes", "linux/arm64", "kubernetes.io/arch=arm64", "linux/arm64"},
		{"kubernetes", "linux/amd64", "kubernetes.io/arch=amd64", "linux/amd64"},
		{"kubernetes", "linux/arm/v7", "kubernetes.io/arch=arm64", "linux/arm64"},
		{"kubernetes", "linux/s390x", "kubernetes.io/arch=s390x, kubernetes.io/os=linux", "linux/s390x"},
		{"kubernetes,selector=pool=old", "linux/amd64", "kubernetes.io/arch=amd64, pool=old", "linux/amd64"},
		{"kubernetes,selector=pool=old", "linux/arm64", "kubernetes.io/os=linux, pool=old", "linux/amd64"},
		{"kubernetes,selector=pool=none", "linux/arm64", "kubernetes.io/os=linux, pool=none", "linux/arm64"},
	} {
		a := &api{}
		a.say("/api/v1/nodes", twoNodes)
		c := serve(t, a)
		var err error
		c.place, err = ParsePlace(at.place)
		assert.NilError(t, err)
		assert.NilError(t, c.Open(t.Context()))
		pool := c.Pool(platforms.MustParse(at.platform))
		assert.Check(t, is.Equal(pool.Selector(), at.selector), "%v", at)
		assert.Check(t, is.Equal(platforms.Format(pool.Platform), at.runs), "%v", at)
	}
}

// Who may not list nodes relies on the label that kubelet gives; with another one nobody would know what the nodes are.
func TestNodesThatMayNotBeListed(t *testing.T) {
	a := &api{refused: map[string]int{"GET /api/v1/nodes": http.StatusForbidden}}
	c := serve(t, a)
	assert.NilError(t, c.Open(t.Context()))
	assert.Equal(
		t,
		c.Pool(platforms.MustParse("linux/arm64")).Selector(),
		"kubernetes.io/arch=arm64, kubernetes.io/os=linux",
	)
	c.place.Selector = []string{"pool=old"}
	err := c.Open(t.Context())
	assert.ErrorContains(
		t,
		err,
		"what nodes with pool=old are is not known then, and selector=kubernetes.io/arch=ARCHITECTURE",
	)
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	c.place.Selector = []string{"kubernetes.io/arch=amd64"}
	assert.NilError(t, c.Open(t.Context()))
	pool := c.Pool(platforms.MustParse("linux/s390x"))
	assert.Equal(t, pool.Selector(), "kubernetes.io/arch=amd64, kubernetes.io/os=linux")
	assert.Equal(t, platforms.Format(pool.Platform), "linux/amd64")
}

// A namespace in which nothing may be looked at is told before anything is done.
func TestNamespaceIsForbidden(t *testing.T) {
	a := &api{refused: map[string]int{"GET /apis/batch/v1/namespaces/default/jobs": http.StatusForbidden}}
	c := serve(t, a)
	assert.ErrorContains(t, c.Open(t.Context()), "looking at kubernetes:lab/default")
}

// A namespace that is not there has an empty list of Jobs: what would be made there is refused, and nothing is made.
func TestNamespaceThatIsNotThere(t *testing.T) {
	const jobs = "POST /apis/batch/v1/namespaces/default/jobs"
	a := &api{refused: map[string]int{jobs: http.StatusNotFound}}
	c := serve(t, a)
	err := c.Open(t.Context())
	assert.ErrorContains(t, err, "looking at kubernetes:lab/default")
	assert.ErrorIs(t, err, errdefs.ErrNotReady)
	a.refused = nil
	assert.NilError(t, c.Open(t.Context()))
	assert.Equal(t, len(a.left()), 0, "%v", a.left())
	a.refused = map[string]int{jobs: http.StatusBadRequest}
	assert.NilError(t, c.Open(t.Context()))
}
