// Package diff compares what images hold: one app on several platforms with itself (parity), or an image with an
// earlier one.
//
// Everything is compared between any number of sides. A difference says for each side what it has there, or that it has
// nothing. Between platforms, what has to differ is folded: names of machines in paths, texts and versions (package
// fold), and the code of programs. What is folded is counted, never listed.
package diff
