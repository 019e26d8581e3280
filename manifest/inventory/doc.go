// Package inventory reads what an image holds: its settings, its files as a container would see them, and the packages
// that are installed in it. Nothing is run, and nothing of a layer is stored.
//
// Each layer is read once, from its first byte to its last, and checked against its digest. Of a file are kept its
// path, mode, owner, size and hash; the bytes of those that tell of packages are looked at as they pass by. What an
// image may ask for is limited, see [ErrLimit]: layers are written by others.
//
// Packages are read where the tools that installed them write them down: dpkg, apk, rpm, Python's and Node's packages,
// the build information of Go programs, and the manifests of Java archives.
package inventory
