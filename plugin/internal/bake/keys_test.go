package bake

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/buildx/bake"
	"gotest.tools/v3/assert"
)

// Every key that a target of docker buildx bake has is in the table, and no other.
func TestEveryKeyHasAFate(t *testing.T) {
	table := map[string]bool{}
	for _, key := range Keys() {
		assert.Check(t, !table[key.Name] && key.Fate != "", key.Name)
		table[key.Name] = true
	}
	kind := reflect.TypeFor[bake.Target]()
	for i := range kind.NumField() {
		name, options, _ := strings.Cut(kind.Field(i).Tag.Get("hcl"), ",")
		if name == "" || options == "label" {
			continue
		}
		assert.Check(t, table[name], "the key %q of docker buildx bake is not in the table", name)
		delete(table, name)
	}
	assert.Equal(t, len(table), 0, "%v", table)
}

// The page shows the table.
func TestPageOfKeys(t *testing.T) {
	page, err := os.ReadFile("../../../docs/bake-keys.md")
	assert.NilError(t, err)
	var rows strings.Builder
	for _, key := range Keys() {
		rows.WriteString("| `" + key.Name + "` | " + key.Fate + " |\n")
	}
	assert.Assert(t, strings.Contains(string(page), "|---|---|\n"+rows.String()), "the rows are to be:\n%s", rows.String())
}
