// Command thin makes test data of Debian packages: of every file that is the same on all architectures, and of every
// program, a stand-in of a few bytes; of texts that differ, all. It is called by ../renew.
//
//	thin FOLDER OUTPUT
//
// FOLDER has a folder for each architecture, with its .deb files.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// entry is a file of a package.
type entry struct {
	tar.Header
	body []byte
}

func main() {
	archs, err := os.ReadDir(os.Args[1])
	check(err)
	trees := map[string]map[string]entry{}
	for _, arch := range archs {
		trees[arch.Name()] = treeOf(filepath.Join(os.Args[1], arch.Name()))
	}
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	for _, arch := range slices.Sorted(maps.Keys(trees)) {
		for _, name := range slices.Sorted(maps.Keys(trees[arch])) {
			e := trees[arch][name]
			body := e.body
			if e.Typeflag == tar.TypeReg && !keeps(trees, name, e) {
				body = standIn(body)
			}
			check(w.WriteHeader(&tar.Header{
				Typeflag: e.Typeflag, Name: arch + "/" + name, Linkname: e.Linkname, Mode: e.Mode, Uid: e.Uid, Gid: e.Gid,
				Size: int64(len(body)),
			}))
			_, err := w.Write(body)
			check(err)
		}
	}
	check(w.Close())
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(64<<20))
	check(err)
	check(os.WriteFile(os.Args[2], encoder.EncodeAll(plain.Bytes(), nil), 0o644))
}

// keeps tells whether all of a file is kept: lists of packages, and texts that are not the same everywhere. Of headers,
// which are many, are kept that they differ.
func keeps(trees map[string]map[string]entry, name string, e entry) bool {
	const maxText = 64 << 10
	if name == "var/lib/dpkg/status" || strings.HasSuffix(name, "/METADATA") || strings.HasSuffix(name, ".egg-info") {
		return true
	}
	if !isText(e.body) || len(e.body) > maxText || strings.HasSuffix(name, ".h") || strings.HasSuffix(name, ".ph") {
		return false
	}
	for _, tree := range trees {
		if other, ok := tree[name]; !ok || !bytes.Equal(other.body, e.body) {
			return true
		}
	}
	return false
}

// standIn is of the same kind as a file, and differs where that does.
func standIn(body []byte) []byte {
	sum := sha256.Sum256(body)
	mark := []byte(hex.EncodeToString(sum[:6]))
	if isText(body) {
		return mark
	}
	return append(bytes.Clone(body[:min(len(body), 20)]), append([]byte{0}, mark...)...)
}

func isText(body []byte) bool {
	first := body[:min(len(body), 512)]
	for len(first) > 0 && len(body) > 512 && !utf8.RuneStart(first[len(first)-1]) {
		first = first[:len(first)-1]
	}
	return bytes.IndexByte(first, 0) < 0 && utf8.Valid(first[:max(0, len(first)-1)])
}

// treeOf unpacks the packages of a folder over each other, and lists them as dpkg does.
func treeOf(folder string) map[string]entry {
	tree := map[string]entry{}
	var status bytes.Buffer
	debs, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	check(err)
	for _, deb := range debs {
		fields, err := exec.Command("dpkg-deb", "-f", deb, "Package", "Version", "Architecture", "Multi-Arch", "Depends").Output()
		check(err)
		fmt.Fprintf(&status, "%sStatus: install ok installed\n\n", fields)
		files, err := exec.Command("dpkg-deb", "--fsys-tarfile", deb).Output()
		check(err)
		unpack(tree, files)
	}
	tree["var/lib/dpkg/status"] = entry{tar.Header{Typeflag: tar.TypeReg, Mode: 0o644}, status.Bytes()}
	return tree
}

func unpack(tree map[string]entry, files []byte) {
	r := tar.NewReader(bytes.NewReader(files))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		check(err)
		name := strings.Trim(strings.TrimPrefix(h.Name, "."), "/")
		if name == "" {
			continue
		}
		body, err := io.ReadAll(r)
		check(err)
		if h.Typeflag == tar.TypeLink { // its name would have the architecture before it
			to := tree[strings.Trim(strings.TrimPrefix(h.Linkname, "."), "/")]
			to.Name = ""
			tree[name] = to
			continue
		}
		tree[name] = entry{*h, body}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
