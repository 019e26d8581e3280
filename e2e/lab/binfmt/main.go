// Command binfmt stands in for the tonistiigi/binfmt image's command in a lab without Docker Hub.
// It takes the same flags, prints the same status document, and registers Debian's real QEMU in the real kernel.
// As the original does, it reports a failed registration in its log and still exits 0.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

const mount = "/proc/sys/fs/binfmt_misc"

type emulator struct {
	binary      string
	platforms   []string
	magic, mask string
}

// emulators are those of Debian. Magic and mask are the ELF header bytes that identify each machine; see the kernel's
// binfmt_misc documentation.
func emulators() map[string]emulator {
	return map[string]emulator{
		"amd64":   {"qemu-x86_64", []string{"linux/amd64"}, elf(2, 1, `\x3e\x00`), mask(`\xfe\xff`)},
		"arm64":   {"qemu-aarch64", []string{"linux/arm64"}, elf(2, 1, `\xb7\x00`), mask(`\xfe\xff`)},
		"arm":     {"qemu-arm", []string{"linux/arm/v7", "linux/arm/v6"}, elf(1, 1, `\x28\x00`), mask(`\xfe\xff`)},
		"ppc64le": {"qemu-ppc64le", []string{"linux/ppc64le"}, elf(2, 1, `\x15\x00`), mask(`\xfe\xff`)},
		"riscv64": {"qemu-riscv64", []string{"linux/riscv64"}, elf(2, 1, `\xf3\x00`), mask(`\xfe\xff`)},
		"s390x":   {"qemu-s390x", []string{"linux/s390x"}, elf(2, 2, `\x00\x16`), mask(`\xff\xfe`)},
	}
}

func elf(class, data int, machine string) string {
	typ := `\x02\x00`
	if data == 2 {
		typ = `\x00\x02`
	}
	return fmt.Sprintf(`\x7fELF\x%02x\x%02x\x01\x00%s%s%s`, class, data, strings.Repeat(`\x00`, 8), typ, machine)
}

func mask(typ string) string {
	return strings.Repeat(`\xff`, 7) + `\x00` + strings.Repeat(`\xff`, 8) + typ + `\xff\xff`
}

func main() {
	log.SetFlags(0)
	install := flag.String("install", "", "architectures to install")
	uninstall := flag.String("uninstall", "", "architectures to uninstall")
	version := flag.Bool("version", false, "display version")
	flag.Parse()
	if *version {
		log.Printf("binfmt/lab qemu/debian go/%s", runtime.Version()[2:])
		return
	}
	if _, err := os.Stat(filepath.Join(mount, "status")); err != nil {
		if err := syscall.Mount("binfmt_misc", mount, "binfmt_misc", 0, ""); err != nil {
			log.Printf("error: cannot mount binfmt_misc at %s: %v", mount, err)
			return
		}
	}
	for _, name := range names(*uninstall) {
		report("uninstalling", name, write(strings.TrimPrefix(binaryOf(name), "/"), "-1"))
	}
	for _, name := range names(*install) {
		e, ok := emulators()[name]
		if !ok {
			report("installing", name, fmt.Errorf("unsupported architecture: %s", name))
			continue
		}
		if _, err := os.Stat(filepath.Join(mount, e.binary)); err == nil {
			report("installing", name, fmt.Errorf("%s already registered", e.binary))
			continue
		}
		report(
			"installing",
			name,
			write("register", fmt.Sprintf(":%s:M:0:%s:%s:/usr/bin/%s:CFP", e.binary, e.magic, e.mask, e.binary)),
		)
	}
	status()
}

// names expands a flag's value: "all", or a comma-separated list of architectures, platforms or emulator names.
func names(list string) []string {
	var out []string
	for _, n := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		if n == "all" || n == "qemu-*" {
			for a := range emulators() {
				if a != runtime.GOARCH {
					out = append(out, a)
				}
			}
			continue
		}
		n = strings.TrimPrefix(n, "linux/")
		out = append(out, strings.SplitN(n, "/", 2)[0])
	}
	slices.Sort(out)
	return out
}

func binaryOf(name string) string {
	if e, ok := emulators()[name]; ok {
		return e.binary
	}
	return name
}

func write(file, line string) error {
	return os.WriteFile(filepath.Join(mount, file), []byte(line), 0o200)
}

func report(verb, name string, err error) {
	if err != nil {
		log.Printf("%s: %s %v", verb, name, err)
		return
	}
	log.Printf("%s: %s OK", verb, name)
}

func status() {
	out := struct {
		Supported []string `json:"supported"`
		Emulators []string `json:"emulators"`
	}{Supported: []string{"linux/" + runtime.GOARCH}}
	entries, _ := os.ReadDir(mount)
	for _, f := range entries {
		if f.Name() == "register" || f.Name() == "status" {
			continue
		}
		text, _ := os.ReadFile(filepath.Join(mount, f.Name()))
		if !strings.HasPrefix(string(text), "enabled") {
			continue
		}
		out.Emulators = append(out.Emulators, f.Name())
		for _, e := range emulators() {
			if e.binary == f.Name() {
				out.Supported = append(out.Supported, e.platforms...)
			}
		}
	}
	text, _ := json.MarshalIndent(out, "", "  ")
	fmt.Println(string(text))
}
