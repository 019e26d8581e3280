// Package fold takes out of paths, texts and versions what has to differ between images of several platforms that hold
// the same app: the names of machines, as dpkg, apk, rpm, GCC, Go, Rust, Node and Python spell them.
//
// All that it knows of names stands in table.go.
package fold
