package request

import (
	"maps"
	"strings"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
)

// Stage says where the nodes push what they have built.
type Stage struct {
	// Repositories are names without a tag; none: nothing is pushed, and what is built comes here whole.
	Repositories []string
	// Insecure says that registries may be spoken to without TLS, or with a certificate that nobody knows.
	Insecure bool
}

// Used tells that the nodes push.
func (s Stage) Used() bool { return len(s.Repositories) > 0 }

// export adds an exporter that pushes, beside the one that writes content here: both make the same image of the same
// layers. buildx would give the exporters the names with their tags, and what has a tag is not pushed by digest.
func (s Stage) export(o *buildxbuild.Options) {
	if !s.Used() {
		return
	}
	here := &o.Exports[0]
	pushed := maps.Clone(here.Attrs)
	delete(pushed, "tar")
	here.Attrs[string(exptypes.OptKeyName)] = strings.Join(o.Tags, ",")
	o.Tags = nil
	pushed[string(exptypes.OptKeyName)] = strings.Join(s.Repositories, ",")
	pushed[string(exptypes.OptKeyOCITypes)] = "true"
	pushed[string(exptypes.OptKeyPush)] = "true"
	pushed[string(exptypes.OptKeyPushByDigest)] = "true"
	pushed[string(exptypes.OptKeyStore)] = "false"
	if s.Insecure {
		pushed[string(exptypes.OptKeyInsecure)] = "true"
	}
	o.Exports = append(o.Exports, client.ExportEntry{Type: client.ExporterImage, Attrs: pushed})
}
