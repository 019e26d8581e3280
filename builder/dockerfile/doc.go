// Package dockerfile reads a Dockerfile as BuildKit does for one platform: the stages the target needs, the platform of
// each, and the images something is taken from. It contacts nothing.
package dockerfile
