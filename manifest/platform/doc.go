// Package platform reads, formats and compares platforms, and names the tags of single ones.
//
// A platform is normalised before it is compared or written. What is no platform is refused with the word the user
// wrote and what to write instead. Everything here is a pure function.
package platform
