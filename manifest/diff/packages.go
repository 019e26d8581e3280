package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/order"
	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// packageKey is what makes packages of two sides the same.
type packageKey struct {
	ecosystem inventory.Ecosystem
	name      string
}

// packages compares what is installed.
func (c *comparison) packages() {
	all, names := c.installed()
	for key, name := range names {
		values := make([]*string, len(c.sides))
		for i := range c.sides {
			if versions, ok := all[i][key]; ok {
				slices.Sort(versions)
				text := strings.Join(versions, ", ")
				values[i] = &text
			}
		}
		if differ(values) {
			c.report.Packages = append(c.report.Packages, Package{Ecosystem: key.ecosystem, Name: name, Values: values})
		}
	}
	order.Stable(c.report.Packages, func(a, b Package) int {
		return cmp.Or(missingFirst(a.Missing(), b.Missing()), cmp.Compare(a.Ecosystem, b.Ecosystem),
			cmp.Compare(a.Name, b.Name))
	})
}

// installed are the versions of what each side has, and how every package is called.
func (c *comparison) installed() (all []map[packageKey][]string, names map[packageKey]string) {
	all, names = make([]map[packageKey][]string, len(c.sides)), map[packageKey]string{}
	for i, s := range c.sides {
		all[i] = map[packageKey][]string{}
		for _, p := range s.Inventory.Packages {
			if c.folds && p.Ecosystem == inventory.Debian && c.names.OwnPackage(p.Name) {
				c.report.Folded.Own++
				continue
			}
			key := packageKey{p.Ecosystem, p.Name}
			version := p.Version
			if c.folds {
				key.name = c.names.String(key.name)
			}
			if c.folds && p.Ecosystem == inventory.Debian {
				version = c.names.Version(version)
			}
			if _, known := names[key]; !known {
				names[key] = p.Name
			}
			if !slices.Contains(all[i][key], version) {
				all[i][key] = append(all[i][key], version)
			}
		}
	}
	return all, names
}

func missingFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
