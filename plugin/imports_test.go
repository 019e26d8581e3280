package plugin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const (
	module = "github.com/docker-multiplat/docker-multiplat"
	cobra  = "github.com/spf13/cobra"
	pflag  = "github.com/spf13/pflag"
)

// everyPackage in the table of rooms stands for all packages of ours that are not for tests.
const everyPackage = "*"

// everywhere is what every package may import: the one list of what can be seen, the one reader of what others wrote, the
// one way to sort.
const everywhere = "internal/visible internal/localfile internal/order"

// rooms says which packages of ours each package of ours may import, as paths below the module; those of
// plugin/internal are named by their last element.
func rooms() map[string]string { //nolint:funlen // a table
	const (
		domain = "manifest manifest/platform manifest/draft manifest/debt manifest/record manifest/gate manifest/source " +
			"manifest/store manifest/publish manifest/verify manifest/registry manifest/layout manifest/audit " +
			"manifest/inventory manifest/fold manifest/diff manifest/parity manifest/reproducible"
		machinery = "builder builder/errdefs builder/engine builder/request builder/create builder/binfmt " +
			"builder/dockerfile builder/lint builder/steps builder/container builder/localtest builder/localtest/structure " +
			"builder/localtest/report builder/cluster"
		libraries = " " + domain + " " + machinery
		useCases  = "ref testfile dockercli staged inputs machine drafts inspect check compare trial build bake reproduce " +
			"release"
	)
	return map[string]string{
		"internal/visible":    "",
		"internal/localfile":  "",
		"internal/jsonvalues": "",
		"internal/overlay":    "",
		"internal/packed":     "internal/jsonvalues",
		"internal/order":      "",
		"internal/pulse":      "",
		"internal/scratch":    "",
		"internal/keyvalue":   "",
		"internal/drilltest":  "",

		"manifest/platform":           "",
		"manifest/internal/jsonkeys":  "",
		"manifest/registry":           "internal/jsonvalues manifest/internal/jsonkeys",
		"manifest/audit":              "internal/packed internal/overlay manifest/inventory",
		"manifest/internal/sqlite":    "",
		"manifest/inventory":          "internal/localfile internal/overlay internal/packed manifest/internal/sqlite",
		"manifest/fold":               "",
		"manifest/diff":               "manifest/inventory manifest/fold",
		"manifest/reproducible":       "manifest/inventory internal/localfile internal/packed",
		"manifest/parity":             "manifest/platform manifest/inventory manifest/fold manifest/audit",
		"manifest/layout":             "internal/jsonvalues manifest/internal/jsonkeys",
		"manifest/internal/statement": "",
		"manifest":                    "manifest/platform manifest/internal/jsonkeys",
		"manifest/record":             "manifest manifest/platform manifest/audit manifest/internal/statement",
		"manifest/draft":              "manifest manifest/platform",
		"manifest/debt":               "",
		"manifest/gate":               "manifest manifest/platform manifest/draft manifest/debt manifest/record",
		"manifest/source":             "manifest manifest/platform manifest/record manifest/registry",
		"manifest/store": "internal/scratch internal/filesums manifest manifest/platform manifest/draft manifest/debt " +
			"manifest/internal/jsonkeys",
		"manifest/publish": "manifest manifest/platform manifest/registry manifest/source",
		"manifest/verify": "manifest manifest/platform manifest/record manifest/internal/statement manifest/source " +
			"manifest/registry manifest/audit",

		"internal/yamlfile":           "",
		"internal/filesums":           "internal/localfile",
		"builder/errdefs":             "",
		"builder/container":           "",
		"builder/dockerfile":          "builder/errdefs",
		"builder/lint":                "builder/errdefs builder/dockerfile",
		"builder/steps":               "builder/dockerfile builder/lint",
		"builder/localtest/structure": "internal/yamlfile internal/overlay internal/packed",
		"builder/trust":               "",
		"builder/engine":              "builder/errdefs builder/trust",
		"builder/request":             "internal/filesums internal/keyvalue builder/errdefs",
		"builder/binfmt":              "builder/container",
		"builder/localtest":           "internal/overlay builder/container builder/localtest/structure",
		"builder/localtest/report":    "builder/localtest",
		"builder/cluster":             "builder/errdefs builder/container builder/trust",
		"builder":                     "internal/keyvalue internal/scratch internal/pulse builder/errdefs builder/engine builder/request builder/binfmt builder/container builder/cluster builder/trust",
		"builder/create":              "builder builder/cluster builder/engine builder/errdefs builder/request internal/scratch internal/keyvalue",

		"failure":   "internal/overlay" + libraries,
		"version":   "",
		"ref":       "failure manifest manifest/platform",
		"testfile":  "internal/yamlfile manifest/platform internal/localfile builder/localtest builder/localtest/structure",
		"dockercli": "failure version ref internal/yamlfile" + libraries,
		"inputs":    "failure version ref dockercli" + libraries,
		"machine":   "failure shown version ref dockercli internal/scratch" + libraries,
		"staged":    libraries,
		"drafts":    "failure ref dockercli staged" + libraries,
		"inspect":   "failure ref dockercli drafts" + libraries,
		"check":     "failure dockercli" + libraries,
		"compare":   "failure shown ref dockercli staged" + libraries,
		"trial":     "failure shown ref dockercli staged inputs machine internal/pulse" + libraries,
		"build":     "failure shown ref dockercli staged inputs machine drafts check trial" + libraries,
		"reproduce": "failure shown ref dockercli inputs drafts compare build internal/scratch" + libraries,
		"release":   "failure shown ref dockercli staged inputs drafts trial internal/scratch" + libraries,
		"bake":      "failure ref dockercli inputs machine drafts trial build internal/keyvalue" + libraries,
		"shown":     "",
		"board":     "shown",
		"columns":   "",
		"view":      "failure version shown board columns " + useCases + libraries,
		"advice":    "failure version internal/keyvalue " + useCases + libraries,
		"option":    "failure version view " + useCases + libraries,
		"command":   "failure version view columns advice option completion " + useCases + libraries,
		"plugin":    "failure version view advice command",

		"completion": "failure ref dockercli machine drafts bake" + libraries,

		// what is for tests alone, or stands beside the program
		"plugintest":            everyPackage,
		"drill":                 everyPackage,
		"manifest/registrytest": "manifest manifest/platform manifest/registry",
		"cmd/docker-multiplat":  "plugin",
		"docs/generate":         "plugin",
		"docs/page":             "",
		"e2e":                   "",
		"e2e/bench":             "",
		"e2e/pictures":          "",
		"e2e/release":           "",
	}
}

// A package imports what the table of rooms says, and no other package of ours.
func TestImports(t *testing.T) {
	allowed := rooms()
	for _, p := range goList(t, "-tags", "e2e", module+"/...") {
		room := roomOf(p.ImportPath)
		list, known := allowed[room]
		assert.Check(t, known, "%s is not in the table of rooms", p.ImportPath)
		if !known || list == everyPackage {
			continue
		}
		may := append(strings.Fields(list), strings.Fields(everywhere)...)
		for _, file := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, imported := range importsOf(t, filepath.Join(p.Dir, file)) {
				outside := !strings.HasPrefix(imported, module+"/")
				assert.Check(t, outside || slices.Contains(may, roomOf(imported)), "%s/%s imports %s", room, file, imported)
			}
		}
	}
	for room, list := range allowed { // nor does the table speak of what is not there
		for _, other := range strings.Fields(list) {
			_, known := allowed[other]
			assert.Check(t, known || other == everyPackage, "the table lets %s import %q, which is no package of ours",
				room, other)
		}
	}
}

// Only those who speak to the command line know its libraries.
func TestFlagLibraries(t *testing.T) {
	may := map[string][]string{
		cobra: {"command", "completion", "plugin", "docs/generate", "plugintest"},
		pflag: {"command", "completion", "option", "advice", "plugintest"},
	}
	for _, p := range goList(t, module+"/...") {
		for library, rooms := range may {
			assert.Check(t, !slices.Contains(p.Imports, library) || slices.Contains(rooms, roomOf(p.ImportPath)),
				"%s imports %s", p.ImportPath, library)
		}
	}
}

// The libraries can be used by a program that has no command line: they do not even link its libraries.
func TestLibrariesLinkNoFlags(t *testing.T) {
	for _, p := range goList(t, module+"/manifest/...", module+"/builder/...") {
		if slices.Contains(
			[]string{"builder", "builder/request", "builder/create", "builder/cluster"},
			roomOf(p.ImportPath),
		) {
			continue // buildx and client-go link them
		}
		for _, library := range []string{cobra, pflag} {
			assert.Check(t, !slices.Contains(p.Deps, library), "%s links %s", p.ImportPath, library)
		}
	}
}

// listed is a package as go list shows it.
type listed struct {
	Dir, ImportPath                   string
	GoFiles, CgoFiles, IgnoredGoFiles []string
	Imports, Deps                     []string
}

// goList asks for packages; what is for tests is left out.
func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	fields := "-json=Dir,ImportPath,GoFiles,CgoFiles,IgnoredGoFiles,Imports,Deps"
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", fields}, args...)...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	assert.NilError(t, err, said.String())
	var list []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			assert.Assert(t, len(list) > 0)
			return list
		}
		assert.NilError(t, err)
		list = append(list, p)
	}
}

// roomOf is what the table calls a package.
func roomOf(importPath string) string {
	if strings.HasPrefix(importPath, module+"/plugin/") {
		return path.Base(importPath)
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// importsOf are the imports of one file, which may be for another system than this.
func importsOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	assert.NilError(t, err)
	var list []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		assert.NilError(t, err)
		list = append(list, imported)
	}
	return list
}
