// Package completion says what may stand in the place that a shell completes: `docker completion` has the Docker CLI
// ask a plugin with `docker __complete multiplat …`. Nothing is contacted and nothing is changed.
package completion
