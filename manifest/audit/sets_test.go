package audit

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// programOf is a program for the platform a path is said to be of.
func programOf(t *testing.T, arch string) []byte {
	t.Helper()
	switch arch {
	case "amd64":
		return x86().bytes(t)
	case "arm64":
		return arm64().bytes(t)
	case "arm":
		return arm(10).bytes(t)
	}
	return s390x().bytes(t)
}

// layoutCase is a layout of an ecosystem: every line is the architecture of a file and its path, with an x before the
// path for the x bit.
type layoutCase struct {
	files string
	// errors are the platform and the path of each.
	errors []string
}

func (tc layoutCase) check(t *testing.T) {
	t.Helper()
	var items []item
	for line := range strings.SplitSeq(strings.TrimSpace(tc.files), "\n") {
		fields := strings.Fields(line)
		i := data(fields[len(fields)-1], programOf(t, fields[0]))
		if len(fields) == 3 {
			i.mode = 0o755
		}
		items = append(items, i)
	}
	got := []string{}
	for _, platform := range []string{"amd64", "arm64"} {
		report := auditOf(t, image{platform: "linux/" + platform, layers: [][]byte{layerOf(t, items...)}})
		for _, f := range report.Errors() {
			got = append(got, platform+" "+f.Path)
		}
	}
	assert.DeepEqual(t, got, append([]string{}, tc.errors...))
}

// Images that carry programs of several platforms on purpose, as their ecosystems lay them out, are right on each.
func TestSetsOfEcosystems(t *testing.T) {
	for name, files := range layoutsOfPackages() {
		t.Run(name, layoutCase{files: files}.check)
	}
	for name, files := range layoutsOfFolders() {
		t.Run(name, layoutCase{files: files}.check)
	}
}

// layoutsOfPackages are those of package managers.
func layoutsOfPackages() map[string]string {
	return map[string]string{
		"Prisma": `
			amd64 app/.prisma/client/libquery_engine-debian-openssl-3.0.x.so.node
			arm64 app/.prisma/client/libquery_engine-linux-arm64-openssl-3.0.x.so.node
			amd64 x app/.prisma/client/query-engine-debian-openssl-3.0.x
			arm64 x app/.prisma/client/query-engine-linux-arm64-openssl-3.0.x`,
		"Prisma on Alpine": `
			amd64 app/libquery_engine-linux-musl-openssl-3.0.x.so.node
			arm64 app/libquery_engine-linux-musl-arm64-openssl-3.0.x.so.node`,
		"napi-rs": `
			amd64 node_modules/@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node
			arm64 node_modules/@swc/core-linux-arm64-musl/swc.linux-arm64-musl.node
			amd64 node_modules/@rollup/rollup-linux-x64-gnu/rollup.linux-x64-gnu.node
			arm64 node_modules/@rollup/rollup-linux-arm64-gnu/rollup.linux-arm64-gnu.node`,
		"sharp": `
			amd64 node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node
			arm64 node_modules/@img/sharp-linux-arm64/lib/sharp-linux-arm64.node
			amd64 node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.42
			arm64 node_modules/@img/sharp-libvips-linux-arm64/lib/libvips-cpp.so.42`,
		"pnpm store": `
			amd64 .pnpm/@img+sharp-linux-x64@0.33.5/node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node
			arm64 .pnpm/@img+sharp-linux-arm64@0.33.5/node_modules/@img/sharp-linux-arm64/lib/sharp-linux-arm64.node
			amd64 .pnpm/@esbuild+linux-x64@0.25.0/node_modules/@esbuild/linux-x64/bin/esbuild
			arm64 .pnpm/@esbuild+linux-arm64@0.25.0/node_modules/@esbuild/linux-arm64/bin/esbuild`,
		"wheel": `
			amd64 site-packages/pkg/lib-x86_64.so
			arm64 site-packages/pkg/lib-aarch64.so
			amd64 site-packages/pkg/_c.cpython-312-x86_64-linux-gnu.so
			arm64 site-packages/pkg/_c.cpython-312-aarch64-linux-gnu.so`,
	}
}

// layoutsOfFolders are those of programs that are handed out, of compilers and of agents.
func layoutsOfFolders() map[string]string {
	return map[string]string{
		"downloads": `
			amd64 x bin/cli-linux-amd64
			arm64 x bin/cli-linux-arm64
			s390x x bin/cli-linux-s390x
			arm x bin/cli-linux-armv7
			amd64 x dist/cli_linux_amd64_v1/cli
			arm64 x dist/cli_linux_arm64_v8.0/cli
			arm x dist/cli_linux_arm_7/cli
			amd64 x dl/linux-amd64/cli-linux-amd64
			arm64 x dl/linux-arm64/cli-linux-arm64
			amd64 x rust/x86_64-unknown-linux-musl/rg
			arm64 x rust/aarch64-unknown-linux-gnu/rg`,
		"Maven": `
			amd64 x root/.m2/protoc/3.25.1/protoc-3.25.1-linux-x86_64.exe
			arm64 x root/.m2/protoc/3.25.1/protoc-3.25.1-linux-aarch_64.exe`,
		"more for one platform": `
			amd64 lib/platform/linux-x64/libml.so
			arm64 lib/platform/linux-aarch64/libml.so
			arm64 lib/platform/linux-aarch64/libvec.so`,
		"cross compiler": `
			arm64 x usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1
			arm64 usr/aarch64-linux-gnu/lib/libc.so.6
			arm64 usr/lib/gcc-cross/aarch64-linux-gnu/12/libgcc_s.so
			amd64 x usr/x86_64-linux-gnu/lib/ld-linux-x86-64.so.2
			amd64 usr/x86_64-linux-gnu/lib/libc.so.6
			arm64 opt/x-tools/aarch64-unknown-linux-gnu/sysroot/usr/lib/crt1.o
			arm64 x opt/x-tools/aarch64-unknown-linux-gnu/sysroot/sbin/ldconfig
			amd64 opt/x86_64-linux-musl-cross/x86_64-linux-musl/lib/crt1.o
			amd64 opt/x86_64-linux-musl-cross/x86_64-linux-musl/lib/libc.so`,
		"esbuild": `
			amd64 x node_modules/@esbuild/linux-x64/bin/esbuild
			arm64 x node_modules/@esbuild/linux-arm64/bin/esbuild`,
		"Parcel": `
			amd64 node_modules/@parcel/watcher-linux-x64-glibc/watcher.node
			arm64 node_modules/@parcel/watcher-linux-arm64-musl/watcher.node`,
		"folders": `
			amd64 x dl/amd64/cli
			arm64 x dl/arm64/cli
			amd64 x dl/linux/x64/cli
			arm x dl/linux/arm/v7/cli
			arm64 x dl/linux/arm64/v8/cli`,
		".NET": `
			amd64 app/runtimes/linux-x64/native/libe.so
			arm64 app/runtimes/linux-arm64/native/libe.so
			amd64 app/runtimes/linux-musl-x64/native/libe.so
			arm64 app/runtimes/linux-musl-arm64/native/libe.so`,
		"agent": `
			amd64 x agent/x86_64/run
			amd64 x agent/x86_64-musl/run
			arm64 x agent/aarch64/run`,
	}
}

// What looks like a set, and is not: a file for the platform is not there.
func TestSetsThatAreNone(t *testing.T) {
	for name, tc := range map[string]layoutCase{
		"engine alone": {
			files:  `amd64 app/libquery_engine-debian-openssl-3.0.x.so.node`,
			errors: []string{"arm64 /app/libquery_engine-debian-openssl-3.0.x.so.node"},
		},
		"engine of another version": {
			files: `
				amd64 app/libquery_engine-debian-openssl-1.1.x.so.node
				arm64 app/libquery_engine-linux-arm64-openssl-3.0.x.so.node`,
			errors: []string{
				"amd64 /app/libquery_engine-linux-arm64-openssl-3.0.x.so.node",
				"arm64 /app/libquery_engine-debian-openssl-1.1.x.so.node",
			},
		},
		"package alone": {
			files:  `amd64 node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node`,
			errors: []string{"arm64 /node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node"},
		},
		"program alone": {
			files: `
				amd64 x bin/cli-linux-amd64
				arm64 x bin/other-linux-arm64
				arm64 x bin/cli`,
			errors: []string{"amd64 /bin/cli", "amd64 /bin/other-linux-arm64", "arm64 /bin/cli-linux-amd64"},
		},
		"wrong name": {
			files: `
				amd64 x bin/cli-linux-arm64
				arm64 x bin/cli-linux-amd64`,
			errors: []string{
				"amd64 /bin/cli-linux-amd64", "arm64 /bin/cli-linux-arm64",
			},
		},
		"package of the system": {
			files: `
				amd64 usr/lib/x86_64-linux-gnu/libz.so.1
				arm64 usr/lib/aarch64-linux-gnu/libz.so.1
				amd64 usr/lib/x86_64-linux-gnu/libpq.so.5`,
			errors: []string{"arm64 /usr/lib/x86_64-linux-gnu/libpq.so.5"},
		},
		"folder of a triple": {
			files:  `amd64 x vendor/x86_64-linux-gnu/rg`,
			errors: []string{"arm64 /vendor/x86_64-linux-gnu/rg"},
		},
		"cross compiler for another machine": {
			files:  `amd64 x usr/aarch64-linux-gnu/bin/app`,
			errors: []string{"arm64 /usr/aarch64-linux-gnu/bin/app"},
		},
	} {
		t.Run(name, tc.check)
	}
}

// What is started, and what that needs, is wrong in a set and in a cross toolchain as well.
func TestSetsThatAreStarted(t *testing.T) {
	report := auditOf(t, image{
		platform: "linux/arm64", config: starting("/bin/cli-linux-amd64"),
		layers: [][]byte{layerOf(
			t, exe("bin/cli-linux-amd64", x86().bytes(t)), exe("bin/cli-linux-arm64", arm64().bytes(t)),
		)},
	})
	assert.DeepEqual(t, lines(report.Errors()), []string{
		"/bin/cli-linux-amd64: x86-64 executable; it is the entrypoint, and not for linux/arm64, COPY layer-0 /",
	})
	needs := withRunPath(arm64().library("libc.so.6"), "/usr/x86_64-linux-gnu/lib")
	report = auditOf(t, image{platform: "linux/arm64", layers: [][]byte{
		layerOf(t, exe("bin/app", needs.bytes(t)), data("usr/x86_64-linux-gnu/lib/libc.so.6", x86().bytes(t))),
	}})
	assert.DeepEqual(t, lines(report.Errors()), []string{
		"/usr/x86_64-linux-gnu/lib/libc.so.6: x86-64 shared object; it is needed by /bin/app, and not for linux/arm64, " +
			"COPY layer-0 /",
	})
}

// A cross toolchain is one finding, however many files it has.
func TestSetsCountToolchainsOnce(t *testing.T) {
	report := auditOf(t, image{platform: "linux/amd64", layers: [][]byte{layerOf(
		t, exe("usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", arm64().bytes(t)),
		data("usr/aarch64-linux-gnu/lib/libc.so.6", arm64().library().bytes(t)),
		data("usr/aarch64-linux-gnu/lib/crt1.o", arm64().object().bytes(t)),
	)}})
	assert.DeepEqual(t, lines(report.Findings), []string{
		"/usr/aarch64-linux-gnu: folder of a cross toolchain; 3 files in it are for AArch64, COPY layer-0 /",
	})
}

// An error carries the pattern that allows just this file, whatever its name.
func TestFindingsCarryTheirException(t *testing.T) {
	set := "app/libquery_engine-debian-openssl-3.0.x.so.node"
	odd := `opt/!a [x]*?{b}$(c)\d/t`
	layers := [][]byte{layerOf(
		t, data(set, x86().bytes(t)), exe(odd, x86().bytes(t)), exe("opt/!a x/t", x86().bytes(t)), exe("!t", x86().bytes(t)),
	)}
	all := auditOf(t, image{platform: "linux/arm64", layers: layers})
	assert.Equal(t, len(all.Errors()), 4)
	for _, found := range all.Errors() {
		left := auditOf(t, image{platform: "linux/arm64", layers: layers}, found.Allow)
		assert.Equal(t, len(left.Errors()), 3, found.Allow)
		for _, other := range left.Errors() {
			assert.Assert(t, other.Path != found.Path, found.Allow)
		}
	}
	assert.Equal(t, all.Errors()[1].Allow, "/"+set)
	for _, note := range auditOf(t, image{platform: "linux/arm64", layers: layers}, "/**").Notes() {
		assert.Equal(t, note.Allow, "")
	}
	// the exception for the set of amd64 lets no lone engine of another platform pass
	report := auditOf(t, image{platform: "linux/arm64", layers: [][]byte{layerOf(t, data(set, x86().bytes(t)))}},
		"/app/libquery_engine-linux-arm64-openssl-3.0.x.so.node")
	assert.Equal(t, len(report.Errors()), 1)
}
