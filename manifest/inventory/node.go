package inventory

import (
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

// readNode reads the package.json of an installed package.
func readNode(body []byte) []Package {
	var manifest struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if json.Unmarshal(body, &manifest) != nil || manifest.Name == "" {
		return nil
	}
	return []Package{{Ecosystem: Node, Name: manifest.Name, Version: manifest.Version}}
}
