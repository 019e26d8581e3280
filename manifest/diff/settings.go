package diff

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
)

// settings compares the configs.
func (c *comparison) settings() {
	all := make([]map[string]string, len(c.sides))
	fields := map[string]bool{}
	for i, s := range c.sides {
		all[i] = settingsOf(s.Inventory)
		for field := range all[i] {
			fields[field] = true
		}
	}
	for _, field := range slices.SortedFunc(maps.Keys(fields), byWeight) {
		values := make([]*string, len(c.sides))
		for i := range c.sides {
			if v, ok := all[i][field]; ok {
				values[i] = &v
			}
		}
		if c.differs(values) {
			c.report.Config = append(c.report.Config, Setting{Field: field, Values: values})
		}
	}
}

// byWeight puts what a user would notice first before the rest.
func byWeight(a, b string) int {
	order := []string{
		"Entrypoint",
		"Cmd",
		"User",
		"WorkingDir",
		"Env",
		"ExposedPorts",
		"Volumes",
		"StopSignal",
		"Healthcheck",
	}
	weight := func(field string) int {
		group, _, _ := strings.Cut(field, ".")
		if at := slices.Index(order, group); at >= 0 {
			return at
		}
		return len(order)
	}
	return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a, b))
}

// settingsOf are the fields of a config that are set, by the names Docker has for them.
func settingsOf(is *inventory.Inventory) map[string]string {
	config := is.Config.Config
	set := map[string]string{}
	put := func(field, value string) {
		if value != "" {
			set[field] = value
		}
	}
	list := func(field string, values []string) {
		if len(values) > 0 {
			put(field, asJSON(values))
		}
	}
	list("Entrypoint", config.Entrypoint)
	list("Cmd", config.Cmd)
	put("User", config.User)
	put("WorkingDir", config.WorkingDir)
	put("StopSignal", config.StopSignal)
	for _, variable := range config.Env {
		name, value, _ := strings.Cut(variable, "=")
		set["Env."+name] = value
	}
	for label, value := range config.Labels {
		set["Labels."+label] = value
	}
	for port := range config.ExposedPorts {
		set["ExposedPorts."+port] = "exposed"
	}
	for volume := range config.Volumes {
		set["Volumes."+volume] = "a volume"
	}
	if is.Health != nil {
		put("Healthcheck", asJSON(is.Health))
	}
	return set
}

func asJSON(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSpace(text.String())
}
