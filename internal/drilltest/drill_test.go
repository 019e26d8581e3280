package drilltest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// A drill enters one row, with what it counted; one of which nothing ran enters none.
func TestRunEntersRows(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table")
	t.Setenv("DRILL_TABLE", table)
	t.Setenv("DRILL_TRIES", "30")
	t.Setenv("DRILL_SEED", "7")
	Run(t, Kind{Name: "of two, at most", Run: func(t *testing.T, d *Drill) {
		t.Helper()
		assert.Equal(t, d.Seed, uint64(7))
		for n := range d.Share(0.1) {
			t.Run("try", func(t *testing.T) { d.Try(t)(2, n > 0) })
		}
	}}, Kind{Name: "none", Run: func(*testing.T, *Drill) {}})
	rows, err := os.ReadFile(table)
	assert.NilError(t, err)
	assert.Equal(t, string(rows), "| of two, at most | 3 | 6 | 2 | 0 | 0s |\n")
}

// The pattern of a try matches it, and nothing beside it.
func TestOnlyMatchesOne(t *testing.T) {
	name := "TestDrill/one-request-in-ten/try/bit+(1)/1"
	names, patterns := strings.Split(name, "/"), strings.Split(only(name), "/")
	assert.Equal(t, len(patterns), len(names))
	for i, pattern := range patterns {
		assert.Check(t, regexp.MustCompile(pattern).MatchString(names[i]))
		assert.Check(t, !regexp.MustCompile(pattern).MatchString(names[i]+"0"))
	}
}

// In short it is a sample of the places that the seed chooses, each of which some seed chooses.
func TestPlaces(t *testing.T) {
	assert.DeepEqual(t, Options{}.Places(3), []int{1, 2, 3})
	seen := map[int]bool{}
	for seed := range uint64(10) {
		places := Options{Short: true, Seed: seed}.Places(40)
		assert.Equal(t, len(places), 4)
		for _, at := range places {
			seen[at] = true
		}
	}
	assert.Equal(t, len(seen), 40)
}

// A drill that needs the lab is repeated by the target that starts it.
func TestToldTarget(t *testing.T) {
	assert.Equal(t, Told(t).target, "drill")
	t.Setenv("DRILL_TARGET", "drill-lab")
	assert.Equal(t, Told(t).target, "drill-lab")
}
