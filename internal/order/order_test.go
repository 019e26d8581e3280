package order

import (
	"cmp"
	"testing"

	"gotest.tools/v3/assert"
)

// What compares as equal stays as it was.
func TestStable(t *testing.T) {
	type item struct {
		key  int
		name string
	}
	var list, want []item
	for key := range 3 {
		for _, name := range []string{"b", "a", "c"} {
			want = append(want, item{key, name})
		}
	}
	for i := range want { // the third keys first, then the second, …: names in their order
		list = append(list, want[(len(want)/3*(2-i/3))+i%3])
	}
	Stable(list, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	assert.Equal(t, len(list), len(want))
	for i := range list {
		assert.Equal(t, list[i], want[i])
	}
	Stable[item](nil, nil)
}
