package lint

import (
	"fmt"
	"strings"

	"github.com/containerd/platforms"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
)

// targetOnBuildPlatform finds images whose files are those of the machine that builds.
func targetOnBuildPlatform() rule {
	r := Rule{"TargetOnBuildPlatform", Error, "The stage that becomes the image is pinned to the build platform"}
	return rule{r, func(p *pass) {
		root := p.Target.Root()
		if p.differs(p.Target) && !root.Constant {
			p.atStage(
				root,
				say(fmt.Sprintf("the image of every platform is made of the files of the machine that builds: %s begins with "+
					"--platform=%s", stageWord(p.Target), root.Stage.Platform),
					"leave out --platform in the stage that becomes the image, and keep it in the stages that only build",
					"FROM "+root.BaseName+as(root)),
			)
		}
	}}
}

// constantPlatform finds stages that are of one platform whatever is built.
func constantPlatform() rule {
	r := Rule{"ConstantPlatform", Warning, "A stage is pinned to one platform by name"}
	return rule{r, func(p *pass) {
		for _, s := range p.needed() {
			root := s.Root()
			if s.FromStage != nil && s != p.Target || !p.differs(s) || !root.Constant || named(root) {
				continue
			}
			if s == p.Target {
				p.severe().atStage(root, say(fmt.Sprintf("the image of every platform is that of %s", pinned(root)),
					"leave out --platform in the stage that becomes the image", "FROM "+root.BaseName+as(root)))
				continue
			}
			if !p.givesToTarget(s) || p.knowsTarget(s) || onlyPages(p.copies(s)) {
				continue
			}
			p.atStage(root, say(fmt.Sprintf("%s is of %s whatever is built: what is compiled or fetched in it is for that",
				stageWord(s), pinned(root)),
				"use the builder's platform and cross-compile, or leave --platform out",
				"FROM --platform=$BUILDPLATFORM "+root.BaseName+as(root)))
		}
	}}
}

// severe is a pass whose findings are errors.
func (p *pass) severe() *pass {
	other := *p
	other.rule.Severity = Error
	return &other
}

// differs tells whether a stage is of another platform than the one that is built for.
func (p *pass) differs(s *dockerfile.Stage) bool {
	return s.Root().Stage.Platform != "" &&
		platforms.FormatAll(platforms.Normalize(s.Platform)) != platforms.FormatAll(platforms.Normalize(p.Platform))
}

// pinned is the platform of a stage, with the argument that says it.
func pinned(s *dockerfile.Stage) string {
	name := platforms.FormatAll(platforms.Normalize(s.Platform))
	if strings.Contains(s.Stage.Platform, "$") {
		return fmt.Sprintf("%s (%s)", name, s.Stage.Platform)
	}
	return s.Stage.Platform
}

// named tells a stage whose name says which platform it is for: there is one for each, and it is chosen by its name.
func named(s *dockerfile.Stage) bool {
	for _, spelled := range architectures(s.Name) {
		if spelled.arch == s.Platform.Architecture {
			return true
		}
	}
	return false
}

// as is the end of a FROM.
func as(s *dockerfile.Stage) string {
	if s.Name == "" {
		return ""
	}
	return " AS " + s.Name
}
