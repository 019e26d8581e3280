// Package builder is the life of a builder: which one it is ([Client.Resolve]), what is known of it without starting it
// ([Client.Inspect], [Client.Load]), starting it ([Client.Boot]), where each platform is built ([Builder.Placements]),
// the proof that a platform's programs run in it ([Builder.Probe]), one solve per platform into a content store
// ([Builder.Build]), and its end ([Client.Remove]).
//
// docker/buildx is used as a library and does not show outside of this package and those below it, except for
// progress.Writer.
package builder
