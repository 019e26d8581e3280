package container

import (
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
)

// refusal tells the engine's "no" to this container from an engine that is not there, or that is broken. The class of
// an answer does not tell: an engine has the same one for an unknown user of the image and for a containerd that has
// lost its snapshots, and takes each file that is missing, be it its own, for the image's.
func refusal(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	switch {
	case says(text, reached()) && !says(text, unreached()):
		return cerrdefs.IsInvalidArgument(err) || cerrdefs.IsNotFound(err) || cerrdefs.IsInternal(err)
	case says(text, faults()):
		return cerrdefs.IsInvalidArgument(err) || cerrdefs.IsInternal(err)
	case says(text, broken()):
		return false
	}
	return cerrdefs.IsInvalidArgument(err) || cerrdefs.IsNotFound(err)
}

func says(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// reached are words of an answer that the runtime of containers has given: it has seen the image.
func reached() []string {
	return []string{"oci runtime", "oci permission denied", "hcs", "exec format error"}
}

// unreached are words that speak of the runtime, or are given by it, where the machine is at fault.
func unreached() []string {
	return []string{
		"unable to retrieve oci runtime error", "no space left on device", "too many open files", "input/output error",
		"unable to apply cgroup configuration",
	}
}

// broken are words of an engine that has lost containerd, its files, or an image that it had.
func broken() []string {
	return append(unreached(),
		"transport: ", "connection error", "error reading from server", "ttrpc", "rpc error", "containerd", "snapshot",
		"shim", "failed to mount", "failed to stat parent", "no such image", "no such container", "read-only file system",
		"cannot allocate memory", "structure needs cleaning",
	)
}

// faults are words of an engine, or of the runtime of a cluster, that has looked at the image itself, and calls
// internal what is the image's fault.
func faults() []string {
	return []string{
		"unable to find user",
		"unable to find group",
		"no matching entries",
		"cannot mkdir",
		"cannot mount volume",
		"no users found",
		"no groups found",
		"container: lstat etc: ", // there is no /etc/passwd to look for the user in
		"etc/passwd: ",
		"is not directory", // which was to be a volume
	}
}
