// Package structure reads test files in the format of container-structure-test, schema 2.0.0, and judges what needs no
// container: files and metadata of an image. Commands are run by the package above.
//
// Beyond the format, every test may say where it applies: "platforms" is a list of platforms it is limited to, "skip" a
// list of {platform, reason} it is left out on.
package structure
