package parity

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
)

const (
	// factor is how many times larger than another an image may be, if the difference is more than leastSize.
	factor    = 2
	leastSize = 1 << 20
	// shownPackages is how many packages a sentence names.
	shownPackages = 3
)

// Side is one platform of an image. What it holds is nil where that is not known: then it is left out.
type Side struct {
	Platform ocispec.Platform
	Holds    *audit.Holds
}

// Kind is in what a platform is another app.
type Kind string

// The kinds, the heaviest first.
const (
	Entrypoint Kind = "entrypoint"
	Cmd        Kind = "cmd"
	User       Kind = "user"
	Packages   Kind = "packages"
	Size       Kind = "size"
)

// Difference is one way in which a platform is not the app that another is.
type Difference struct {
	Kind Kind `json:"kind"`
	// Than is the platform it was compared with.
	Than string `json:"than"`
	// Here and There are the values of both; sizes are in bytes.
	Here  string `json:"here,omitempty"`
	There string `json:"there,omitempty"`
	// Missing are the packages it lacks, as ECOSYSTEM:NAME.
	Missing []string `json:"missing,omitempty"`
	// Text says it in a few words, of the platform: "lacks 3 of 20 packages …".
	Text string `json:"text"`
}

// Judge returns what differs of each side, but for what is allowed. A setting is compared with that of the first side,
// packages with all that any side has, sizes with the largest.
func Judge(sides []Side, allow Allowed) [][]Difference {
	j := &judge{sides: sides, allow: allow, names: fold.New(), found: make([][]Difference, len(sides))}
	for i, side := range sides {
		if side.Holds != nil {
			j.known = append(j.known, i)
			j.listed = j.listed || side.Holds.Listed
		}
	}
	if len(j.known) > 1 {
		j.settings()
		j.packages()
		j.sizes()
	}
	return j.found
}

type judge struct {
	sides []Side
	known []int
	allow Allowed
	names *fold.Folder
	// listed tells that of a side only those packages are known that lists tell of: then the others count on none.
	listed bool
	found  [][]Difference
}

func (j *judge) add(side int, d Difference) { j.found[side] = append(j.found[side], d) }

func (j *judge) platform(side int) string { return platform.Format(j.sides[side].Platform) }

// settings compares how the images are started.
func (j *judge) settings() {
	for _, field := range []struct {
		kind Kind
		of   func(ocispec.ImageConfig) string
	}{
		{Entrypoint, func(c ocispec.ImageConfig) string { return command(c.Entrypoint) }},
		{Cmd, func(c ocispec.ImageConfig) string { return command(c.Cmd) }},
		{User, func(c ocispec.ImageConfig) string { return c.User }},
	} {
		if j.allow.matches(string(field.kind)) {
			continue
		}
		first := j.known[0]
		there := field.of(j.sides[first].Holds.Config)
		for _, i := range j.known[1:] {
			here := field.of(j.sides[i].Holds.Config)
			if j.names.String(here) == j.names.String(there) {
				continue
			}
			j.add(i, Difference{
				Kind: field.kind, Than: j.platform(first), Here: here, There: there,
				Text: fmt.Sprintf("has the %s %s, not %s", field.kind, orNone(here), orNone(there)),
			})
		}
	}
}

func command(words []string) string {
	if len(words) == 0 {
		return ""
	}
	text, err := json.Marshal(words)
	if err != nil { // texts always encode
		return err.Error()
	}
	return string(text)
}

func orNone(text string) string { return cmp.Or(shorten(text), "(none)") }

// shorten cuts what an image calls something to what a sentence bears.
func shorten(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// wanted is a package that any side has, and which side that is.
type wanted struct {
	name string
	side int
}

// installed are the packages of each side that count, and all of them, by what makes them the same.
func (j *judge) installed() (has []map[string]bool, all map[string]wanted) {
	all, has = map[string]wanted{}, make([]map[string]bool, len(j.sides))
	for _, i := range j.known {
		has[i] = map[string]bool{}
		for _, p := range j.sides[i].Holds.Packages {
			name := string(p.Ecosystem) + ":" + p.Name
			if j.listed && !inventory.Listed(p.Ecosystem) {
				continue
			}
			if p.Ecosystem == inventory.Debian && j.names.OwnPackage(p.Name) || j.allow.matches(name, p.Name) {
				continue
			}
			key := j.names.String(name)
			has[i][key] = true
			if _, known := all[key]; !known {
				all[key] = wanted{name, i}
			}
		}
	}
	return has, all
}

// packages looks for those that a side lacks. It is compared with the side that has most, or with one that has what is
// missing.
func (j *judge) packages() {
	has, all := j.installed()
	most := slices.MaxFunc(j.known, func(a, b int) int { return cmp.Compare(len(has[a]), len(has[b])) })
	for _, i := range j.known {
		var missing []string
		than, withAny := most, most
		for key, one := range all {
			if has[i][key] {
				continue
			}
			missing = append(missing, one.name)
			if withAny == most || one.side < withAny {
				withAny = one.side
			}
		}
		if len(missing) == 0 {
			continue
		}
		if than == i {
			than = withAny
		}
		slices.Sort(missing)
		j.add(i, Difference{
			Kind: Packages, Than: j.platform(than), Missing: missing,
			Text: fmt.Sprintf("lacks %d of %d packages: %s", len(missing), len(all), some(missing)),
		})
	}
}

// some are the first names of a list.
func some(names []string) string {
	shown := names[:min(len(names), shownPackages)]
	plain := make([]string, len(shown))
	for i, name := range shown {
		_, name, _ = strings.Cut(name, ":")
		plain[i] = shorten(name)
	}
	text := strings.Join(plain, ", ")
	if left := len(names) - len(shown); left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}

// sizes compares with the largest.
func (j *judge) sizes() {
	if j.allow.matches(string(Size)) {
		return
	}
	largest := j.known[0]
	for _, i := range j.known {
		if j.sides[i].Holds.Size > j.sides[largest].Holds.Size {
			largest = i
		}
	}
	there := j.sides[largest].Holds.Size
	for _, i := range j.known {
		here := j.sides[i].Holds.Size
		if here > there/factor || there-here < leastSize {
			continue
		}
		j.add(i, Difference{
			Kind: Size, Than: j.platform(largest), Here: fmt.Sprint(here), There: fmt.Sprint(there),
			Text: fmt.Sprintf("has %s of layers, not %s", megabytes(here), megabytes(there)),
		})
	}
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1fMB", float64(bytes)/1e6) }
