package cluster

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	enginecontainer "github.com/moby/moby/api/types/container"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// The bounds of a Job whose maker is killed: the cluster ends it then, and removes it.
const (
	longestJob = 26 * time.Hour
	keptJob    = 10 * time.Minute
)

// containerName is what the one container of a pod is called.
const containerName = "test"

// job is a container as a Job, which does not begin yet: one try, on a node of the pool, without the rights of the
// cluster's own programs.
func (p *Pool) job(
	name string,
	config *enginecontainer.Config,
	host *enginecontainer.HostConfig,
	secret string,
) object {
	labels := map[string]string{"app.kubernetes.io/managed-by": "docker-multiplat"}
	annotations := map[string]string{}
	maps.Copy(labels, config.Labels)
	if owner, is := labels[container.OwnerLabel]; is { // what is in it stands in no label here
		annotations[container.OwnerLabel] = owner
		delete(labels, container.OwnerLabel)
	}
	spec := object{
		"restartPolicy": "Never", "terminationGracePeriodSeconds": 0,
		"automountServiceAccountToken": false, "enableServiceLinks": false,
		"nodeSelector": p.selector,
		"tolerations":  p.place.tolerations(),
		"containers":   []object{containerOf(config, host)},
	}
	if p.strict && strings.Contains(config.User, ":") { // who is given a group has no others
		spec["securityContext"] = object{"supplementalGroupsPolicy": "Strict"}
	}
	if secret != "" {
		spec["imagePullSecrets"] = []object{{"name": secret}}
	}
	about := object{"labels": labels, "annotations": annotations}
	return object{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": object{"name": name, "labels": labels, "annotations": annotations},
		"spec": object{
			"suspend": true, "backoffLimit": 0,
			"activeDeadlineSeconds":   int(longestJob.Seconds()),
			"ttlSecondsAfterFinished": int(keptJob.Seconds()),
			"template":                object{"metadata": about, "spec": spec},
		},
	}
}

// containerOf is the container of a test in a pod.
func containerOf(config *enginecontainer.Config, host *enginecontainer.HostConfig) object {
	security := object{"seccompProfile": object{"type": "RuntimeDefault"}}
	c := object{
		"name": containerName, "image": config.Image, "imagePullPolicy": "IfNotPresent",
		"tty": config.Tty, "resources": resources(host), "securityContext": security,
	}
	if len(config.Entrypoint) > 0 {
		c["command"] = verbatim(config.Entrypoint)
	}
	if len(config.Cmd) > 0 {
		c["args"] = verbatim(config.Cmd)
	}
	env := make([]object, 0, len(config.Env))
	for _, entry := range config.Env {
		key, value, _ := strings.Cut(entry, "=")
		env = append(env, object{"name": key, "value": verbatim([]string{value})[0]})
	}
	c["env"] = env
	if user, group, named := strings.Cut(config.User, ":"); user != "" {
		security["runAsUser"], _ = strconv.Atoi(user) // numbers alone come here, see accounted
		if named {
			security["runAsGroup"], _ = strconv.Atoi(group)
		}
	}
	if host.Privileged {
		security["privileged"] = true
		delete(security, "seccompProfile")
	}
	if len(host.CapAdd) > 0 {
		security["capabilities"] = object{"add": capabilities(host.CapAdd)}
	}
	return c
}

// resources are the limits of a container. Nothing is set aside for it: a test is short, and is not to wait for room
// that it will not need.
func resources(host *enginecontainer.HostConfig) object {
	limits, requests := map[string]string{}, map[string]string{}
	if host.Memory > 0 {
		limits["memory"], requests["memory"] = strconv.FormatInt(host.Memory, 10), "0"
	}
	if host.NanoCPUs > 0 {
		limits["cpu"], requests["cpu"] = strconv.FormatInt(host.NanoCPUs, 10)+"n", "0"
	}
	return object{"limits": limits, "requests": requests}
}

// verbatim keeps the API from putting variables in the place of $(NAME).
func verbatim(words []string) []string {
	kept := make([]string, 0, len(words))
	for _, word := range words {
		kept = append(kept, strings.ReplaceAll(word, "$", "$$"))
	}
	return kept
}

// capabilities are named without their prefix in pods.
func capabilities(names []string) []string {
	list := make([]string, 0, len(names))
	for _, name := range names {
		list = append(list, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
	}
	slices.Sort(list)
	return list
}
