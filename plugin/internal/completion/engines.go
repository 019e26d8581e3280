package completion

import (
	"os"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
)

// builders are the builders that there are.
func builders(p place) offers {
	client := p.host.Builders()
	if err := client.PrepareBuildx(); err != nil {
		return offers{}
	}
	names, err := client.Names()
	if err != nil {
		return offers{}
	}
	return offers{values: names}
}

// engines are where a node can be: a docker context, or an address.
func engines(p place) offers {
	return offers{values: append(p.host.Contexts(), cluster.Word, "ssh://", "tcp://"), more: true}
}

// stations are where a platform can be tested: a docker context, an address, or a cluster, by the contexts of the
// kubeconfig.
func stations(p place) offers {
	o := engines(p)
	o.values = append(o.values, prefixed(cluster.Word+":", cluster.Contexts())...)
	return o
}

// environment are the names of variables that are set here; their values are nobody's business.
func environment(p place) offers {
	if strings.Contains(p.word, "=") {
		return offers{}
	}
	var o offers
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		o.values = append(o.values, name)
	}
	return o
}

// testFile is a file of tests, or the word for none.
func testFile(p place) offers {
	const none = "none"
	if p.word != "" && strings.HasPrefix(none, p.word) {
		return offers{values: []string{none}}
	}
	return files("yaml", "yml")(p)
}
