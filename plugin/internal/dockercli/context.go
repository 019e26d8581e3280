package dockercli

import (
	"fmt"
	"os"
	"path/filepath"
)

// ContextCommand makes a docker context of an engine whose TLS settings come from the environment: the Docker CLI's
// own variables DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.
func (h Host) ContextCommand() string {
	folder := os.Getenv("DOCKER_CERT_PATH")
	if folder == "" {
		folder = h.ConfigFolder()
	}
	settings := "host=" + h.cli.DockerEndpoint().Host
	for _, key := range []string{"ca", "cert", "key"} {
		settings += fmt.Sprintf(",%s=%s", key, filepath.Join(folder, key+".pem"))
	}
	if h.cli.DockerEndpoint().SkipTLSVerify {
		settings += ",skip-tls-verify=true"
	}
	return fmt.Sprintf("docker context create NAME --docker %q", settings)
}

// Contexts are the names of the docker contexts that there are.
func (h Host) Contexts() []string {
	found, err := h.cli.ContextStore().List()
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(found))
	for _, context := range found {
		names = append(names, context.Name)
	}
	return names
}
