package inventory

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
)

// inNodeModules tells whether a folder is that of an installed Node package: node_modules/NAME or
// node_modules/@SCOPE/NAME.
func inNodeModules(dir string) bool {
	above, _ := path.Split(strings.TrimSuffix(dir, "/"))
	if scope := path.Base(above); strings.HasPrefix(scope, "@") {
		above, _ = path.Split(strings.TrimSuffix(above, "/"))
	}
	return path.Base(above) == "node_modules"
}

// nodePackage keeps the package.json of an installed package.
type nodePackage struct{ bytes.Buffer }

// Packages implements [Teller].
func (n *nodePackage) Packages() (list []Package, known bool) {
	var manifest struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if json.Unmarshal(n.Bytes(), &manifest) != nil || manifest.Name == "" {
		return nil, true
	}
	return []Package{{Ecosystem: Node, Name: manifest.Name, Version: manifest.Version}}, true
}
