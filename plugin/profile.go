package plugin

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// profileVariable names a folder in the environment: what the program does is measured into it.
const profileVariable = "MULTIPLAT_PROFILE"

// Profile measures the program from now on, where [profileVariable] asks for it: into cpu.pprof and heap.pprof for
// `go tool pprof`, and trace.out for `go tool trace`. stop ends that, and writes what was measured.
func Profile() (stop func() error, err error) {
	folder := os.Getenv(profileVariable)
	if folder == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil { //nolint:gosec // a folder the user names
		return nil, unprofiled(folder, err)
	}
	var files [3]*os.File
	for i, name := range []string{"cpu.pprof", "trace.out", "heap.pprof"} {
		if files[i], err = os.Create(filepath.Join(folder, name)); err != nil { //nolint:gosec // a folder the user names
			return nil, unprofiled(folder, err)
		}
	}
	err = errors.Join(pprof.StartCPUProfile(files[0]), trace.Start(files[1]))
	if err != nil {
		return nil, unprofiled(folder, err)
	}
	return func() error {
		pprof.StopCPUProfile()
		trace.Stop()
		runtime.GC() // so that the heap is what is still in use
		err := pprof.WriteHeapProfile(files[2])
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
		return err
	}, nil
}

// unprofiled is an error of measuring.
func unprofiled(folder string, err error) error {
	return failure.Usage("%s=%q cannot be written to (%w): give a folder, or unset it", profileVariable, folder, err)
}
