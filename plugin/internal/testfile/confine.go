package testfile

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// confine refuses what would reach out of the tests' containers: a build context may be of others, and to build it has
// never meant to run their programs on this machine, or to hand them its files, variables or networks.
func (f *File) confine() (errs []error) {
	for _, target := range f.Targets {
		for _, tests := range target.all() {
			errs = append(errs, f.reaching(tests)...)
		}
	}
	return errs
}

func (f *File) reaching(tests Tests) (errs []error) {
	refuse := func(at Text, format string, args ...any) {
		said := fmt.Sprintf(format, args...) + "; if that is wanted, name the file: --test-file " + visible.Quote(f.Path)
		errs = append(errs, at.error("%s", said))
	}
	for _, script := range tests.Script {
		refuse(script, "the script %q would run on this machine", script.Value)
	}
	for _, stack := range tests.Compose {
		refuse(stack, "the services of %q may do anything to this machine", stack.Value)
	}
	for _, entry := range tests.On {
		if entry.Value != onHere {
			refuse(entry, "the tests would be on another engine, %q", entry.Value)
		}
	}
	if n := tests.Network; n.Line > 0 && n.Value != localtest.NoNetwork {
		refuse(n, "the tests would be on the network %q", n.Value)
	}
	for _, entry := range tests.Env {
		if !strings.Contains(entry.Value, "=") {
			refuse(entry, "the variable %q would be taken from this machine", entry.Value)
		}
	}
	for _, d := range tests.Stdin {
		if d.File != "" && !f.inside(d.File) {
			refuse(d.Expect, "the file %q is not in the folder of the test file", d.File)
		}
	}
	for _, config := range tests.Config {
		if !f.inside(config.Value) {
			refuse(config, "the file %q is not in the folder of the test file", config.Value)
			continue
		}
		if reach, err := structure.Reach(f.path(config.Value)); err != nil {
			errs = append(errs, config.error("%s", err))
		} else if len(reach) > 0 {
			refuse(config, "%s of %q reach out of the container", strings.Join(reach, ", "), config.Value)
		}
	}
	return errs
}

// inside tells whether a path leads into the folder of the file, by links too.
func (f *File) inside(path string) bool {
	if !filepath.IsLocal(path) {
		return false
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(f.Path))
	if err != nil {
		return false
	}
	full, err := filepath.EvalSymlinks(f.path(path))
	if err != nil {
		return true // what is not there is told when it is read
	}
	relative, err := filepath.Rel(folder, full)
	return err == nil && filepath.IsLocal(relative)
}

// path is where a file is that the file speaks of.
func (f *File) path(of string) string {
	if filepath.IsAbs(of) {
		return of
	}
	return filepath.Join(filepath.Dir(f.Path), of)
}
