package localtest

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// place puts the image into the model, under a project of its own, and takes away what two projects cannot share: names
// of containers, volumes and networks, and ports of the host. What is external stays what it is.
func (m *model) place(image Image, spec Spec, project string) ([]byte, error) {
	m.document["name"] = project
	for _, kind := range []string{"volumes", "networks"} {
		entries, _ := m.document[kind].(map[string]any)
		for key, entry := range entries {
			fields, _ := entry.(map[string]any)
			if fields == nil {
				fields = map[string]any{}
			}
			if external, _ := fields["external"].(bool); !external {
				fields["name"] = project + "_" + key
				label(fields)
				entries[key] = fields
			}
		}
	}
	services := map[string]any{}
	for name, service := range m.services {
		delete(service, "container_name")
		delete(service, "ports")
		bound(service, spec)
		label(service)
		if build, ok := service["build"].(map[string]any); ok {
			label(build)
		}
		services[name] = service
	}
	own := m.services[m.own]
	delete(own, "build")
	own["image"], own["pull_policy"], own["platform"] = image.ID, "never", image.Platform
	for _, name := range []string{m.own, Judge} {
		vary(m.services[name], spec.Env)
	}
	if spec.Strict {
		own["read_only"], own["cap_drop"], own["tmpfs"] = true, []any{"ALL"}, []any{"/tmp"}
		own["security_opt"] = []any{"no-new-privileges:true"}
	}
	m.document["services"] = services
	return json.Marshal(m.document)
}

// bound gives a service the limits of tests, where it has none of its own.
func bound(service map[string]any, spec Spec) {
	deploy, _ := service["deploy"].(map[string]any)
	resources, _ := deploy["resources"].(map[string]any)
	limits, _ := resources["limits"].(map[string]any)
	set := func(key, other string, limit int64, value any) {
		if limit > 0 && service[key] == nil && limits[other] == nil {
			service[key] = value
		}
	}
	set("mem_limit", "memory", spec.Memory, strconv.FormatInt(spec.Memory, 10))
	set("pids_limit", "pids", spec.PIDs, spec.PIDs)
	const billion = 1e9
	set("cpus", "cpus", spec.NanoCPUs, float64(spec.NanoCPUs)/billion)
}

// label marks what is made for a stack as ours: a service, what is built for it, a network, a volume.
func label(made map[string]any) {
	labels, _ := made["labels"].(map[string]any)
	if labels == nil {
		labels = map[string]any{}
	}
	for key, value := range container.Labels("test") {
		labels[key] = value
	}
	made["labels"] = labels
}

// vary sets variables of a service; one without a value is unset.
func vary(service map[string]any, env []string) {
	if len(env) == 0 {
		return
	}
	variables, _ := service["environment"].(map[string]any)
	if variables == nil {
		variables = map[string]any{}
	}
	for _, entry := range env {
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			delete(variables, name)
			continue
		}
		variables[name] = strings.ReplaceAll(value, "$", "$$")
	}
	service["environment"] = variables
}
