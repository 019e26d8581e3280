package plugin

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What docs/performance.md says of requests to a registry.
func TestCosts(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	name, sources := registry.Host+"/team/app", []string{}
	for _, arch := range []string{"amd64", "arm64", "s390x", "ppc64le"} {
		registry.Image(t, "team/app", "of-"+arch, "app", plugintest.Linux(arch, ""))
		sources = append(sources, name+":of-"+arch)
	}
	cost := func(want int, args ...string) {
		log := registry.Count()
		_, err := fake.command(t, args...)
		assert.NilError(t, err, fake.Stderr.String())
		registry.Intercept(nil)
		assert.Equal(t, len(log.Lines), want, "%s:\n%s", args[0], strings.Join(log.Lines, "\n"))
	}
	merge := []string{"merge", "--allow-untested", "--arch-tags", "none", "-t", name}
	for n := 2; n <= len(sources); n++ {
		into := append([]string{}, merge...)
		into[len(into)-1] += fmt.Sprint(":", n)
		cost(2*n+4, append(into, sources[:n]...)...)
	}
	withArchTags := []string{"merge", "--allow-untested", "-t", name + ":arch"}
	cost(2*len(sources)+6+2*len(sources), append(withArchTags, sources...)...)
	cost(len(sources)+5, "promote", "--allow-untested", "--arch-tags", "none", name+":4", "more")
}
