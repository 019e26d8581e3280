package view

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/check"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/compare"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inspect"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/machine"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/version"
)

// object is a type of what is printed as JSON, and under which keys it stands.
type object struct {
	paths  []string
	of     reflect.Type
	fields []reflect.StructField
}

// objects are a type and those within it, each once.
func objects(of reflect.Type) (list []object) {
	list = []object{{paths: []string{""}, of: of}}
	for i := 0; i < len(list); i++ {
		list[i].fields = jsonFields(list[i].of)
		for _, f := range list[i].fields {
			within := f.Type
			for within.Kind() == reflect.Pointer || within.Kind() == reflect.Slice {
				within = within.Elem()
			}
			if within.Kind() != reflect.Struct || len(jsonFields(within)) == 0 ||
				within == reflect.TypeFor[ocispec.Descriptor]() {
				continue
			}
			var paths []string
			for _, before := range list[i].paths {
				paths = append(paths, strings.TrimPrefix(before+"."+keyOf(f), "."))
			}
			known := slices.IndexFunc(list, func(o object) bool { return o.of == within })
			if known < 0 {
				list = append(list, object{paths: paths, of: within})
			} else if list[known].fields == nil { // else its own parts are listed already
				list[known].paths = append(list[known].paths, paths...)
			}
		}
	}
	return list
}

// keyOf is the key of a field; empty: it has none.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.TrimPrefix(key, "-")
}

// jsonFields are the fields of a type that are printed, those of embedded ones among them.
func jsonFields(of reflect.Type) (fields []reflect.StructField) {
	for _, f := range reflect.VisibleFields(of) {
		if f.IsExported() && keyOf(f) != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// Every key of `--format json` stands on its page, and is the name that templates take but for its capitals.
func TestKeysAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/formats.md")
	assert.NilError(t, err)
	for commands, value := range map[string]any{
		"`build`, `test`": Outcome{}, "`check`": check.Result{}, "`diff`": compare.Result{},
		"`init`, `status`": machine.Report{}, "`inspect`": inspect.Inspection{}, "`ls`": drafts.Row{},
		"`reproduce`": reproduce.Result{}, "`verify`": Verification{}, "`version`": version.Versions{},
	} {
		text := "\n## " + commands + "\n\n"
		for _, o := range objects(reflect.TypeOf(value)) {
			keys := make([]string, len(o.fields))
			for i, f := range o.fields {
				keys[i] = "`" + keyOf(f) + "`"
				assert.Check(t, strings.EqualFold(keyOf(f), f.Name), "%s is %s for templates", keyOf(f), f.Name)
			}
			line := strings.Join(keys, " ")
			if o.paths[0] != "" {
				line = fmt.Sprintf("- `%s`: %s", strings.Join(o.paths, "`, `"), line)
			} else if len(objects(o.of)) > 1 {
				line += "\n"
			}
			text += line + "\n"
		}
		assert.Check(t, is.Contains(string(page), text))
	}
}
