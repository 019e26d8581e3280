package plugin

import (
	"fmt"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// report prints NAME:TAG@DIGEST of everything that was published, and what that changed.
func (d *delivery) report(silent bool) error {
	for i, published := range d.results {
		t := d.targets[i]
		for _, name := range t.tagged() {
			if _, err := fmt.Fprintf(d.dockerCLI.Out(), "%s@%s\n", name, published.Index); err != nil {
				return err
			}
		}
		if silent {
			continue
		}
		for _, image := range t.images {
			if image.Carried {
				say(d.dockerCLI, "%s carried, %s", manifest.FormatPlatform(image.Platform), recorded(image))
			}
		}
		for _, change := range published.Tags {
			d.tell(t, change)
		}
		if !published.Confirmed {
			say(d.dockerCLI, "%s does not show it yet", reference.Domain(t.name))
		}
	}
	return nil
}

// warnOfTwins tells of platforms that are one and the same image.
func (d *delivery) warnOfTwins(images []manifest.Image) {
	for _, twins := range manifest.Twins(images) {
		notify(d.display, "warning: "+manifest.FormatPlatform(twins[0])+" and "+
			manifest.FormatPlatform(twins[1])+" are the same image")
	}
}

// imagesIn are the images a target consists of.
func imagesIn(t target) []manifest.Image {
	images := make([]manifest.Image, 0, len(t.images))
	for _, image := range t.images {
		images = append(images, image.Image)
	}
	return images
}

// recorded says what the tests of a platform that was carried over have said.
func recorded(image shippedImage) string {
	if image.Verdict == "" || image.Verdict == string(untested) {
		return "no record"
	}
	return "record: " + image.Verdict
}

// tell says what became of a tag, and how to undo it.
func (d *delivery) tell(t target, change manifest.TagChange) {
	name := t.familiar(change.Tag)
	switch {
	case !change.Written:
		say(d.dockerCLI, "%s held it already", name)
		return
	case change.Old == "":
		say(d.dockerCLI, "%s is new", name)
		return
	}
	say(d.dockerCLI, "%s moved from %s to %s", name, change.Old, change.New)
	say(d.dockerCLI, "  undo: %s", d.undo(t, change))
}

// undo is the command that gives a tag what it held before, tested or not. The tag may lose what it has gained.
func (d *delivery) undo(t target, change manifest.TagChange) commandLine {
	image := reference.FamiliarName(t.name) + "@" + change.Old.String()
	line := d.line.only("docker "+name+" promote", []string{image, change.Tag}, transportFlags()...)
	if len(change.Gained) > 0 {
		line = line.with("--allow-shrink")
	}
	return line.with("--allow-untested")
}
