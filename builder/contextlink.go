package builder

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/containerd/platforms"
	buildxbuild "github.com/docker/buildx/build"
)

// contextLinks are links to build contexts, one for each solve that takes files which no other takes.
//
// BuildKit keeps the files that it received of a context, and is sent only what has changed: under a key, which buildx
// makes from the base name of the folder. Of solves that take other files at the same time under one key, each finds
// what another has left, and is sent its own in full at every build. A link has a base name of its own, and so a key.
// What several solves take is not sent once for each: it stays under one key.
type contextLinks struct{ folder string }

// remove removes the links.
func (l *contextLinks) remove() {
	if l.folder != "" {
		_ = os.RemoveAll(l.folder)
	}
}

// separate has the solves read their build contexts through links where that is of use. Where a link cannot be made, as
// on Windows without the right to, more is sent.
func (l *contextLinks) separate(works []Work, options map[string]buildxbuild.Options) {
	takers := map[string]int{}
	own := make([]map[string]string, len(works))
	for i, w := range works {
		own[i] = w.Request.OwnFiles()
		for _, files := range own[i] {
			takers[w.Request.Context+"\n"+files]++
		}
	}
	for i, w := range works {
		for _, p := range w.Request.Platforms {
			files, has := own[i][platforms.FormatAll(p)]
			if key := keyOf(w.Name, p); has && takers[w.Request.Context+"\n"+files] == 1 {
				options[key] = l.linked(options[key], key, w.Request.DockerfilePath())
			}
		}
	}
}

// linked is a solve that reads its build context through a link. The Dockerfile is read where it is, once for all.
func (l *contextLinks) linked(o buildxbuild.Options, key, dockerfile string) buildxbuild.Options {
	folder, err := filepath.Abs(o.Inputs.ContextPath)
	if err != nil {
		return o
	}
	if l.folder == "" {
		if l.folder, err = os.MkdirTemp("", "multiplat-context-"); err != nil {
			return o
		}
	}
	name := regexp.MustCompile(`[^a-z0-9.]+`).ReplaceAllString(strings.ToLower(key), "-")
	link := filepath.Join(l.folder, filepath.Base(folder)+"-"+name)
	if err := os.Symlink(folder, link); err != nil {
		return o
	}
	if o.Inputs.DockerfilePath == "" && o.Inputs.DockerfileInline == "" {
		o.Inputs.DockerfilePath = dockerfile
	}
	o.Inputs.ContextPath = link
	return o
}
