// Package cluster runs the containers of tests as Jobs of a Kubernetes cluster, and leaves nothing behind there. A
// [Pool] takes the place of an engine: what tests are, and how they are judged, is no matter of where they run.
package cluster
