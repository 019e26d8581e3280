package create

import (
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// OpenOption tells that the value of a driver option is no secret: that of a variable of the environment may be one,
// and that of an option which no driver has as well, as somebody may have meant such a variable.
func OpenOption(key string) bool {
	for _, prefix := range []string{"requests.", "limits.", "persistent-volume-claim.", "qemu.", "cpu"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return slices.Contains(strings.Fields(`image network memory memory-swap cgroup-parent restart-policy default-load
		provenance-add-gha allow-untrusted-image servername cacert cert key namespace replicas rootless schedulername
		serviceaccount nodeselector annotations labels tolerations loadbalance buildkit-root-volume-memory timeout`), key)
}

// shownOptions are driver options, as a line of CSV, as they may be told.
func shownOptions(text string) string { return keyvalue.Shown(text, OpenOption) }

// ShownNode is a value of --node as it may be told.
func ShownNode(text string) string {
	list, rest, found := strings.Cut(text, "=")
	if !found {
		return request.Place(text)
	}
	endpoint, options, several := strings.Cut(rest, ",")
	shown := list + "=" + request.Place(endpoint)
	if several {
		shown += "," + shownOptions(options)
	}
	return shown
}

// shown is the node as it may be told, without its options.
func (n NodeSpec) shown() string { return strings.Join(n.Platforms, "+") + "=" + n.ShownEndpoint() }

// ShownEndpoint is where the node is as it may be told.
func (n NodeSpec) ShownEndpoint() string { return request.Place(n.Endpoint) }
