package create

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
)

// checkPodOption refuses what buildx's driver kubernetes takes, and a cluster does not.
func checkPodOption(driver, key, value string) error {
	if driver != builder.KubernetesDriver {
		return nil
	}
	switch key {
	case "namespace":
		if !cluster.IsNamespace(value) {
			return fmt.Errorf("%q is no name of a namespace, which has small letters, digits and hyphens; give %s=NAME",
				value, key)
		}
	case "serviceaccount":
		if !regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`).MatchString(value) {
			return fmt.Errorf("%q is no name of a service account; give %s=NAME", value, key)
		}
	case "replicas":
		if n, err := strconv.ParseInt(value, 10, 32); err != nil || n < 1 {
			return fmt.Errorf("%q is no number of pods; give %s=1 or more", value, key)
		}
	case "tolerations":
		return checkTolerations(value)
	}
	return nil
}

// checkTolerations refuses tolerations that pods cannot have. The driver leaves out what it does not understand of one:
// that is of another taint then, or of none.
func checkTolerations(option string) error {
	for entry := range strings.SplitSeq(option, ";") {
		has := map[string]string{}
		for field := range strings.SplitSeq(entry, ",") {
			key, value, found := strings.Cut(field, "=")
			if !found || !slices.Contains([]string{"key", "operator", "value", "effect", "tolerationSeconds"}, key) {
				return fmt.Errorf("%q is no part of a toleration; %s", field, tolerationForm)
			}
			has[key] = value
		}
		all := has["key"] == ""
		switch {
		case !slices.Contains([]string{"", "Equal", "Exists"}, has["operator"]),
			!slices.Contains([]string{"", "NoSchedule", "PreferNoSchedule", "NoExecute"}, has["effect"]),
			all && has["operator"] != "Exists", has["operator"] == "Exists" && has["value"] != "":
			return fmt.Errorf("%q is no toleration; %s", entry, tolerationForm)
		}
	}
	return nil
}

// tolerationForm says how tolerations are given.
const tolerationForm = "give key=KEY,value=VALUE,effect=NoSchedule, or key=KEY,operator=Exists, and ; between two"
