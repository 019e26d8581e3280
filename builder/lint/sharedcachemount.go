package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// sharedCacheMount finds caches in which the programs of one platform meet those of another.
func sharedCacheMount() rule {
	r := Rule{"SharedCacheMount", Warning, "A cache mount with programs in it is shared by all platforms"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			if !p.changes(s) {
				continue
			}
			p.scripts(s, func(c *instructions.RunCommand, _ *script, _ *variables) {
				for _, mount := range instructions.GetMounts(c) {
					if mount.Type == instructions.MountTypeCache && holdsPrograms(mount.Target) && !ownCache(mount) {
						p.atCommand(s, c, mount.Target, say(fmt.Sprintf("every platform finds in the cache %s what another has compiled",
							mount.Target), "give each platform a cache of its own",
							"ARG TARGETPLATFORM",
							"RUN --mount=type=cache,id="+path.Base(mount.Target)+"-$TARGETPLATFORM,target="+mount.Target+" …"))
					}
				}
			})
		}
	}}
}

// changes tells whether a stage is of another platform where another is built.
func (p *pass) changes(s *dockerfile.Stage) bool {
	return slices.ContainsFunc(p.Views, func(other *dockerfile.View) bool {
		there := other.Stages[s.Index]
		return there.Needed && there.Platform.Architecture+there.Platform.Variant+there.Platform.OS !=
			s.Platform.Architecture+s.Platform.Variant+s.Platform.OS
	})
}

// ownCache tells whether a cache is another for each platform.
func ownCache(mount *instructions.Mount) bool {
	name := mount.CacheID
	if name == "" {
		name = mount.Target
	}
	name = strings.ToUpper(name)
	return strings.Contains(name, "$") && (strings.Contains(name, "ARCH") || strings.Contains(name, "PLATFORM"))
}

// holdsPrograms tells folders into which programs for one platform are written under names that are the same for all.
// Caches whose entries tell the platform (Go's, apt's archives, npm's, pip's) are none of these.
func holdsPrograms(folder string) bool {
	folder = path.Clean(folder)
	for _, end := range []string{"/var/cache/apk", "/etc/apk/cache", "vendor/bundle", "/go/bin", ".cargo/bin"} {
		if strings.HasSuffix(folder, end) {
			return true
		}
	}
	return slices.Contains([]string{
		"node_modules", "target", "build", "dist", "out", "bin", "obj", ".venv", "venv", "_build", "deps", ".build",
		".stack-work", "dist-newstyle", "cmake-build", "cmake-build-release", "bundle", "zig-cache", ".zig-cache",
	}, path.Base(folder))
}
