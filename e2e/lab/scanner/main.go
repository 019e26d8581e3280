// scanner stands in for docker/buildkit-syft-scanner in the lab: it lists every file of an image in an SPDX document,
// by BuildKit's protocol for SBOM scanners (docs/attestations/sbom-protocol.md there). Packages it knows nothing of.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// statement is an in-toto statement, whose subject BuildKit fills in.
type statement struct {
	Type          string   `json:"_type"`
	PredicateType string   `json:"predicateType"`
	Subject       []string `json:"subject"`
	Predicate     document `json:"predicate"`
}

// document is what an SPDX document of version 2.3 has to have, and its files. It has no time of its own, so that the
// same image has the same one.
type document struct {
	Version   string   `json:"spdxVersion"`
	License   string   `json:"dataLicense"`
	ID        string   `json:"SPDXID"`
	Name      string   `json:"name"`
	Namespace string   `json:"documentNamespace"`
	Creation  creation `json:"creationInfo"`
	Files     []file   `json:"files"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type file struct {
	ID        string     `json:"SPDXID"`
	Name      string     `json:"fileName"`
	Checksums []checksum `json:"checksums"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

func main() {
	log.SetFlags(0)
	destination := os.Getenv("BUILDKIT_SCAN_DESTINATION")
	sources := []string{os.Getenv("BUILDKIT_SCAN_SOURCE")}
	if destination == "" || sources[0] == "" {
		log.Fatal("scanner: BUILDKIT_SCAN_SOURCE and BUILDKIT_SCAN_DESTINATION say what to scan and where to write")
	}
	if extras := os.Getenv("BUILDKIT_SCAN_SOURCE_EXTRAS"); extras != "" {
		stages, err := filepath.Glob(filepath.Join(extras, "*"))
		if err != nil {
			log.Fatalf("scanner: %s", err)
		}
		sources = append(sources, stages...)
	}
	for _, source := range sources {
		if err := scan(source, filepath.Join(destination, filepath.Base(source)+".spdx.json")); err != nil {
			log.Fatalf("scanner: %s: %s", source, err)
		}
	}
}

// scan writes the statement of one file system.
func scan(source, target string) error {
	s := statement{Type: "https://in-toto.io/Statement/v0.1", PredicateType: "https://spdx.dev/Document", Subject: []string{}}
	s.Predicate = document{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: filepath.Base(source),
		Creation: creation{Created: "1970-01-01T00:00:00Z", Creators: []string{"Tool: lab-scanner"}},
	}
	all := sha256.New()
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		sum, err := sumOf(path)
		if err != nil {
			return err
		}
		name := "./" + strings.TrimPrefix(path, source+"/")
		fmt.Fprintln(all, sum, name)
		s.Predicate.Files = append(s.Predicate.Files, file{
			ID: fmt.Sprintf("SPDXRef-File-%d", len(s.Predicate.Files)), Name: name,
			Checksums: []checksum{{"SHA256", sum}},
		})
		return nil
	})
	if err != nil {
		return err
	}
	s.Predicate.Namespace = "https://lab.invalid/" + hex.EncodeToString(all.Sum(nil))
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(target, body, 0o644)
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
