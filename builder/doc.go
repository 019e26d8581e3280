// Package builder prepares the machine and builds on it.
//
// It looks at the engine ([InspectEngine]), finds, creates and boots the buildx builder ([Resolve],
// [Create], [Open]), proves that a platform's programs run in it ([Builder.Probe]), and runs one solve per
// platform into a content store ([Builder.Build]). docker/buildx is used as a library and does not show
// outside of this package, except for progress.Writer.
package builder
