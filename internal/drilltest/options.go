package drilltest

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"gotest.tools/v3/assert"
)

// Options are what drills can be told: TRIES, SEED and SHORT of make drill.
type Options struct {
	// Tries is about how often the random drills try, all together; the numbers of others are in proportion.
	Tries int
	// Seed begins all chance, together with the number of a try.
	Seed uint64
	// Short is set where only a sample is asked for.
	Short bool
	table string
	// target is what make is told to run the drill.
	target string
}

// Told reads the options from the environment.
func Told(t *testing.T) Options {
	t.Helper()
	o := Options{
		Tries: 200, Seed: rand.Uint64N(1e6), //nolint:gosec // chance, not secrets
		Short: os.Getenv("DRILL_SHORT") != "", table: os.Getenv("DRILL_TABLE"),
		target: cmp.Or(os.Getenv("DRILL_TARGET"), "drill"),
	}
	if text := os.Getenv("DRILL_TRIES"); text != "" {
		tries, err := strconv.Atoi(text)
		assert.NilError(t, err)
		o.Tries = tries
	}
	if text := os.Getenv("DRILL_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		assert.NilError(t, err)
		o.Seed = seed
	}
	return o
}

// Share is a part of the tries, and at least one.
func (o Options) Share(part float64) int { return max(1, int(float64(o.Tries)*part)) }

// Chance is what the n-th try takes its chances from.
func (o Options) Chance(n int) *rand.Rand {
	return rand.New(rand.NewPCG(o.Seed, uint64(n))) //nolint:gosec // chance, not secrets
}

// Places are the numbers from 1 to total at which something is done; in short only some of them, by chance.
func (o Options) Places(total int) []int {
	step, first := 1, 1
	if o.Short {
		const sample = 4
		step = max(1, total/sample)
		first = 1 + int(o.Seed%uint64(step)) //nolint:gosec // a step is small
	}
	var places []int
	for at := first; at <= total; at += step {
		places = append(places, at)
	}
	return places
}
