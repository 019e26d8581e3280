// Package audit looks for programs of another platform in an image, without running anything.
//
// It reads the layers of an image once, front to back, keeps of every file what its first bytes and a few sections
// say, and lays the layers over each other as a container would see them. Then it judges:
//
//   - An error is a foreign ELF file that has the x bit, is a shared object by its name (.so, .so.N, .node), is needed
//     by a program (DT_NEEDED, interpreter), or is reached from ENTRYPOINT or CMD, scripts followed to their
//     interpreter. Also an ENTRYPOINT or CMD that is not there or cannot be executed, and a config of another platform.
//   - A note is every other foreign file: test data, object files, firmware and code for devices, Windows and macOS
//     programs. A foreign file that is one of a set is a note too: a folder of its path names its architecture, and
//     the same file for the image's platform is in a sibling of that folder (prebuilds/linux-arm64/x.node beside
//     prebuilds/linux-x64/x.node), so whoever loads it chooses by the folder.
//
// What counts as foreign:
//
//   - amd64 runs 386, mips64le runs mipsle, ppc64 runs ppc, natively: neither is foreign.
//   - arm64 images with 32-bit ARM files, s390x with 31-bit ones, amd64 with x32: only some machines run them. Their
//     shared objects are notes, for only a program of the kind can load one; such a program itself is an error.
//   - A 32-bit ARM file says which version of the architecture it needs (.ARM.attributes, or the hard-float flag of
//     its header). One newer than the image's variant is an error in a program and in its interpreter, but a note in a
//     library: those have code for newer processors that they choose at run time. A file that says nothing fits.
package audit
