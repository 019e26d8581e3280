package fold_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/fold"
)

// Files of one role have one key, whatever the machine.
func TestPath(t *testing.T) {
	f := fold.New()
	for _, same := range [][]string{
		{
			"usr/lib/x86_64-linux-gnu/libz.so.1", "usr/lib/aarch64-linux-gnu/libz.so.1",
			"usr/lib/arm-linux-gnueabihf/libz.so.1", "usr/lib/powerpc64le-linux-gnu/libz.so.1",
			"usr/lib/s390x-linux-gnu/libz.so.1", "usr/lib/i386-linux-gnu/libz.so.1",
		},
		{"lib64/ld-linux-x86-64.so.2", "lib/ld-linux-aarch64.so.1", "lib/ld64.so.1", "lib64/ld64.so.2", "lib/ld-linux.so.2"},
		{"lib/ld-musl-x86_64.so.1", "lib/ld-musl-aarch64.so.1", "lib/ld-musl-armhf.so.1"},
		{"lib/libc.musl-x86_64.so.1", "lib/libc.musl-armv7.so.1", "lib/libc.musl-ppc64le.so.1"},
		{
			"opt/x.cpython-311-x86_64-linux-gnu.so", "opt/x.cpython-311-aarch64-linux-gnu.so",
			"opt/x.cpython-311-arm-linux-gnueabihf.so",
		},
		{"rust/x86_64-unknown-linux-gnu/lib", "rust/armv7-unknown-linux-gnueabihf/lib", "rust/riscv64gc-unknown-linux-gnu/lib"},
		{"node_modules/@esbuild/linux-x64/bin", "node_modules/@esbuild/linux-arm64/bin", "node_modules/@esbuild/linux-ia32/bin"},
		{"go/pkg/linux_amd64/x.a", "go/pkg/linux_arm64/x.a"},
		{"", "lib64", "usr/lib64", "usr/libx32"},
	} {
		for _, name := range same[1:] {
			assert.Check(t, f.Path(name) == f.Path(same[0]), "%q and %q", name, same[0])
		}
	}
	for _, name := range []string{"usr/bin/charm", "opt/armada/x86info", "lib/my386x", "a/disarm64"} {
		assert.Check(t, f.Path(name) == name, "%q", name)
	}
}
