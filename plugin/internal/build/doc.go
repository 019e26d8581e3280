// Package build makes a draft of a Dockerfile: each platform is solved, taken to its outcome while others still build,
// and noted in the draft at once. Testing a draft is the same without the solve, and gives the same rows.
package build
