package plugin

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// prepare returns what init is to prepare, and status to look at; every is true when the user named none of them.
func (o *platformOptions) prepare(proven []string) (asked chosen, every bool, err error) {
	if slices.Equal(o.values, []string{everyPlatform}) {
		return chosen{platforms: binfmt.Known(), from: "--platform"}, true, nil
	}
	asked, err = o.choose(proven)
	return asked, false, err
}

// begin reads what an earlier init has found. Where the user names no platform, those that it has proven stay.
func (s *setup) begin() {
	record, err := readMachine(s.dockerCLI)
	if err == nil && s.options.values == nil {
		s.asked, err = s.asked.after(record.Platforms)
	}
	if err != nil {
		record = machine{} // deinit cannot know any more what was added before
		s.remarks = append(s.remarks, err.Error()+"; it is begun anew")
	}
	s.record = record
}

// after puts the platforms that were proven before those that were chosen now.
func (c chosen) after(proven []string) (chosen, error) {
	if len(proven) == 0 {
		return c, nil
	}
	list, err := manifest.ParsePlatforms(proven)
	if err != nil {
		return c, fmt.Errorf("reading the platforms of an earlier init: %w", err)
	}
	both := chosen{platforms: list, from: "an earlier init"}
	for _, p := range c.platforms {
		name := manifest.FormatPlatform(p)
		if !slices.ContainsFunc(list, func(q ocispec.Platform) bool { return manifest.FormatPlatform(q) == name }) {
			both.platforms = append(both.platforms, p)
		}
	}
	if len(both.platforms) > len(list) {
		both.from += " and " + c.from
	}
	return both, nil
}

// String says what was chosen and why.
func (c chosen) String() string {
	return fmt.Sprintf("%s (%s)", strings.ReplaceAll(joined(c.platforms), ",", ", "), c.from)
}
