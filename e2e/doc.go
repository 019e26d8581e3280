// Package e2e holds the scenarios that run docker-multiplat as its users do: the built plugin under a real Docker
// CLI, against real engines on both image stores, a real BuildKit, registry and QEMU. The folder lab brings those up;
// the tests themselves carry the build tag e2e and are started by `make e2e`. Nothing here imports the product.
package e2e
