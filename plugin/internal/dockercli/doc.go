// Package dockercli gives the use cases what the Docker CLI in use has: folders, the store, the engine, and
// logins of registries.
package dockercli
