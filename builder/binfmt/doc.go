// Package binfmt finds out which platforms' programs a Docker Engine can run, by running one of each, and
// installs the emulators that are missing through the tonistiigi/binfmt image.
//
// An emulator is QEMU registered with the kernel's binfmt_misc; see
// https://docs.kernel.org/admin-guide/binfmt-misc.html.
package binfmt
