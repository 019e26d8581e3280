// Package bake reads bake files and compose files as docker buildx bake does, through its own code, and makes requests
// of their targets.
package bake
