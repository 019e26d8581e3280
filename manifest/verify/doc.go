// Package verify looks for faults in what is published: manifests, configs and layers that are missing or damaged,
// platforms that are not what they are said to be, attestations of another image, and, where it is asked to, programs
// of another platform inside the layers.
package verify
