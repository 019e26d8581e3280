package create

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/buildx/store"

	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// driverOpts are the options for all nodes, each KEY=VALUE: those that are given, and the image.
func (c Config) driverOpts() []string {
	list := fieldsOf(c.DriverOpts)
	if c.Image != "" {
		list = append(list, "image="+c.Image)
	}
	return list
}

// fieldsOf takes options apart that are several in one, as CSV. What is none stays as it is.
func fieldsOf(options []string) (list []string) {
	for _, text := range options {
		fields, err := keyvalue.Fields(text)
		if err != nil {
			fields = []string{text}
		}
		list = append(list, fields...)
	}
	return list
}

// mergedOptions are options with others over them, each key once. Files are named from the root, as drivers want them.
func mergedOptions(options, over []string) []string {
	values := map[string]string{}
	for _, option := range slices.Concat(options, over) {
		key, value, _ := strings.Cut(option, "=")
		values[key] = value
	}
	list := make([]string, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := values[key]
		if slices.Contains(certificateOptions(), key) && value != "" {
			if path, err := filepath.Abs(value); err == nil {
				value = path
			}
		}
		list = append(list, key+"="+value)
	}
	return list
}

// certificateOptions are those of the driver remote that name files.
func certificateOptions() []string { return []string{"cacert", "cert", "key"} }

// optionsOf are the options that a node was given.
func optionsOf(node store.Node) (list []string) {
	for _, key := range slices.Sorted(maps.Keys(node.DriverOpts)) {
		list = append(list, key+"="+node.DriverOpts[key])
	}
	return list
}

// quotedOptions are options as buildx takes them, which looks for commas in each.
func quotedOptions(options []string) (list []string) {
	for _, option := range options {
		list = append(list, keyvalue.Field(option))
	}
	return list
}
