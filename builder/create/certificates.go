package create

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// systemCertificates is where an engine on Linux looks for the certificates of registries.
const systemCertificates = "/etc/docker/certs.d"

// certificates are what a registry's folder in certs.d holds.
type certificates struct {
	// authorities are files of certificates that sign the registry's own.
	authorities []string
	// pairs are the client's certificates with their keys.
	pairs []keyPair
}

// keyPair is one entry of [registry.*.keypair] in buildkitd.toml.
type keyPair struct {
	Key         string `toml:"key"`
	Certificate string `toml:"cert"`
}

// certificatesIn reads the folders of certs.d as dockerd does: HOST[:PORT]/*.crt are authorities, *.cert is a client
// certificate whose key is beside it in *.key. Of two folders for the same host the later one wins.
func certificatesIn(folders ...string) (map[string]certificates, error) {
	found := map[string]certificates{}
	for _, folder := range folders {
		hosts, err := os.ReadDir(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the certificates of registries: %w", err)
		}
		for _, host := range hosts {
			c, err := certificatesOf(filepath.Join(folder, host.Name()))
			if err != nil {
				return nil, err
			}
			if len(c.authorities)+len(c.pairs) > 0 {
				found[host.Name()] = c
			}
		}
	}
	return found, nil
}

// certificatesOf reads the folder of one host.
func certificatesOf(folder string) (certificates, error) {
	var c certificates
	files, err := os.ReadDir(folder)
	if err != nil {
		if info, stat := os.Stat(folder); stat == nil && !info.IsDir() {
			return c, nil // a file among the folders
		}
		return c, fmt.Errorf("reading the certificates of registries: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(folder, file.Name())
		if base, is := strings.CutSuffix(path, ".cert"); is {
			key := base + ".key"
			if _, err := os.Stat(key); err != nil {
				return c, fmt.Errorf("reading the certificates of registries: the key of %q: %w", path, err)
			}
			c.pairs = append(c.pairs, keyPair{Key: key, Certificate: path})
		} else if strings.HasSuffix(path, ".crt") {
			c.authorities = append(c.authorities, path)
		}
	}
	return c, nil
}
