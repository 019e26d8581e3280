package fold

// machineNames are the words that name a machine. A word stands alone: no letter or digit is before or behind it.
func machineNames() []string {
	return []string{
		// amd64
		"amd64", "x86_64", "x86-64", "x64", "amd64v1", "amd64v2", "amd64v3", "amd64v4", "X86_64", "X64", "AMD64",
		// arm64
		"arm64", "aarch64", "arm64v8", "armv8", "arm64-v8a", "AARCH64", "ARM64",
		// arm
		"arm", "armhf", "armel", "armv6", "armv6l", "armv7", "armv7l", "armv7a", "armv7hl", "arm32v6", "arm32v7",
		"arm/v5", "arm/v6", "arm/v7", "armeabi-v7a", "thumbv7neon", "ARM", "aarch32",
		// 386
		"386", "i386", "i486", "i586", "i686", "x86", "ia32",
		// s390x, ppc64le, riscv64, loong64, mips
		"s390x", "S390X", "s390", "ppc64le", "ppc64el", "powerpc64le", "ppc64", "powerpc64", "PPC64LE", "ppc", "powerpc",
		"riscv64", "riscv64gc", "riscv", "RISCV64", "loong64", "loongarch64", "mips64le", "mips64el", "mips64", "mipsel",
		"mipsle", "mips",
	}
}

// abiNames are words for the calling convention of a machine, and the plain word for each.
func abiNames() map[string]string {
	return map[string]string{
		"gnueabihf": "gnu", "gnueabi": "gnu", "gnux32": "gnu", "gnuabi64": "gnu", "musleabihf": "musl", "musleabi": "musl",
		"lp64d": "", "eabihf": "", "eabi": "",
	}
}

// linkers are the names of the dynamic linker on every machine.
func linkers() []string {
	return []string{
		"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "ld-linux-armhf.so.3", "ld-linux.so.2", "ld-linux.so.3",
		"ld64.so.1", "ld64.so.2", "ld-linux-riscv64-lp64d.so.1", "ld-linux-loongarch-lp64d.so.1",
		"ld-musl-x86_64.so.1", "ld-musl-aarch64.so.1", "ld-musl-armhf.so.1", "ld-musl-arm.so.1", "ld-musl-i386.so.1",
		"ld-musl-s390x.so.1", "ld-musl-powerpc64le.so.1", "ld-musl-riscv64.so.1", "ld-musl-loongarch64.so.1",
	}
}

// libraryFolders are the folders of libraries whose name tells how wide a machine is. They are lib.
func libraryFolders() []string { return []string{"lib64", "lib32", "libx32", "libo32"} }

// ownFolders are the folders below which files are there for one machine, or have other bytes on each, by their makers'
// hand: compilers, headers of the kernel, charsets of the C library, and locales, which are compiled for the order of
// bytes. They are written as on amd64.
func ownFolders() []string {
	return []string{
		"usr/lib/gcc", "usr/lib/gcc-cross", "usr/libexec/gcc", "usr/include/linux", "usr/include/asm",
		"usr/include/asm-generic", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/locale",
	}
}

// ownFiles are files that say of themselves how they were built, or are there for some machines only: the other names
// of setarch, the C library's mathematics on vectors.
func ownFiles() []string {
	return []string{
		"usr/bin/ldd", "usr/bin/bashbug", "usr/bin/i386", "usr/bin/ppc32", "usr/bin/ppc64", "usr/bin/linux32",
		"usr/bin/linux64", "usr/bin/x86_64", "usr/share/man/man8/i386.8.gz", "usr/share/man/man8/ppc32.8.gz",
		"lib/x86_64-linux-gnu/libmvec.so.1", "usr/lib/x86_64-linux-gnu/libmvec.so.1", "usr/lib/x86_64-linux-gnu/libmvec.so",
	}
}

// ownEndings are those of files that compilers read: where they lie in a folder named after a machine, some are there
// for it alone.
func ownEndings() []string { return []string{".h", ".ph", ".o", ".a"} }

// ownPackages begin the names of packages of Debian that are there for some machines only, by the compiler's makers'
// hand: its libraries that need what not every machine has, and those for narrower or wider programs.
func ownPackages() []string {
	return []string{
		"libquadmath", "libhwasan", "libitm", "liblsan", "libtsan", "libx32", "lib32", "lib64", "libn32", "libo32",
		"libhfgcc", "libsfgcc", "libc6-i386", "libc6-x32", "libc6-dev-i386", "libc6-dev-x32",
	}
}

// builtLists are lists of hashes and tags that Python's installers write of what they installed.
func builtLists() []string { return []string{"RECORD", "WHEEL"} }

// records are the files and folders that tools write for themselves on the machine an image is made on. What they say
// is compared as packages, or is nothing but time and order.
func records() []string {
	return []string{
		"var/lib/dpkg", "lib/apk/db", "usr/lib/apk/db", "var/lib/rpm", "usr/lib/sysimage", "usr/share/rpm", "var/lib/dnf",
		"var/lib/apt", "var/cache", "var/log", "etc/ld.so.cache", "etc/.pwd.lock", "usr/share/info/dir",
		"usr/share/mime/mime.cache", "tmp", "run", "proc", "sys", "dev",
		// what other programs keep in root/.cache they look for when they run: models, browsers
		"root/.cache/pip", "root/.cache/uv", "root/.cache/pypoetry", "root/.cache/pipenv", "root/.cache/go-build",
		"root/.cache/yarn", "root/.cache/node-gyp", "root/.cache/fontconfig", "root/.cache/ccache", "root/.cache/matplotlib",
		"root/.npm/_cacache", "root/.npm/_logs", "root/.npm/_update-notifier-last-checked",
	}
}
