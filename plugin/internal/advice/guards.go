package advice

import (
	"errors"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// afterShrink keeps the platforms that a tag would lose, and says how to drop them. Where they are kept already, from
// elsewhere, they can be dropped only.
func afterShrink(e *release.Error, line Line) string {
	switch {
	case line.has("amend"):
		return line.with("--allow-shrink").String() + "   (to drop them)"
	case line.knows("amend"):
		return line.with("--amend").String() + "   (it keeps the others; to drop them: --allow-shrink)"
	case len(line.Args) == 0 || len(e.Target.Tags) == 0:
		return ""
	}
	flags := append([]string{"allow-untested", "reason"}, TransportFlags()...)
	target := reference.FamiliarName(e.Target.Name) + ":" + e.Target.Tags[0]
	return line.Only(Command("merge"), line.Args[:1], flags...).with("--amend", "-t "+target).String() +
		"   (it keeps the others; to drop them, promote with --allow-shrink)"
}

// afterGate tests what no passed test is known of, and says how to let it through without. A folder has to be pushed
// before it can be tested.
func afterGate(err error, line Line) string {
	shut, ok := errors.AsType[*gate.Error](err)
	if !ok || len(shut.Refused) == 0 {
		return ""
	}
	waiver := "--allow-untested=" + listed(shut.Platforms())
	first := shut.Refused[0]
	from, err := ref.ParseImage(first.From)
	if err != nil || from.Name == nil || first.Root == "" {
		return line.with(waiver).String() + "   (to let it through untested)"
	}
	var untested []ocispec.Platform
	for _, r := range shut.Refused {
		if r.From == first.From {
			untested = append(untested, r.Image.Platform)
		}
	}
	image := reference.FamiliarName(from.Name) + "@" + first.Root.String()
	test := line.Only(Command("test"), []string{image}, "insecure-registry").with("--platform " + listed(untested))
	if asked := Flags(owed(shut)); asked != "" {
		test = test.with(asked)
	}
	if looked(shut) {
		test = test.with(lookFlag)
	}
	then := line.word() + " what it prints"
	if line.word() == "publish" {
		then = "--amend=REF with what it prints"
	}
	remark := ""
	for _, flag := range excepting(shut) {
		remark += flag + "; "
	}
	return test.String() + "   (" + remark + "then " + then + "; to let it through untested: " + waiver + ")"
}
