package builder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// MinimumBuildKit is the oldest BuildKit that is used: the first of its line without the container break-outs
// CVE-2024-23651, -23652 and -23653.
const MinimumBuildKit = "v0.12.5"

// OldBuildKitError is a node whose BuildKit is older than [MinimumBuildKit]. It is of class [errdefs.ErrNotReady].
type OldBuildKitError struct{ Node, Version string }

// Error implements error.
func (e *OldBuildKitError) Error() string {
	return fmt.Sprintf("node %q runs BuildKit %s; %s is the oldest that is used", e.Node, e.Version, MinimumBuildKit)
}

// Unwrap gives the class.
func (e *OldBuildKitError) Unwrap() error { return errdefs.ErrNotReady }

// checkVersion refuses a node whose BuildKit is too old, with an [OldBuildKitError]. A version that is not told, or is
// no release's, is the user's own affair.
func checkVersion(node, version string) error {
	if older(version, MinimumBuildKit) {
		return &OldBuildKitError{Node: node, Version: version}
	}
	return nil
}

// older tells that a version is told, is that of a release, and is older than another one.
func older(version, than string) bool {
	have, ok := parseVersion(version)
	need, _ := parseVersion(than)
	return ok && slices.Compare(have[:], need[:]) < 0
}

// parseVersion reads vMAJOR.MINOR.PATCH, with anything behind it.
func parseVersion(version string) (numbers [3]int, ok bool) {
	core, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), "-")
	core, _, _ = strings.Cut(core, "+")
	parts := strings.Split(core, ".")
	if len(parts) != len(numbers) {
		return numbers, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return numbers, false
		}
		numbers[i] = n
	}
	return numbers, numbers != [3]int{}
}
