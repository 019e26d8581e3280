// Package manifest assembles the image index of a multi-platform image, and the attestation manifests of its images.
//
// Everything here is a pure function of bytes: descriptors go in, new bytes and their descriptor come out, arguments
// are never written to, and the same input gives the same bytes. What cannot be expressed is an error, never dropped.
// The formats are the OCI image specification's, with attestation manifests in the shape BuildKit gives them, so that
// every tool which reads a BuildKit image reads ours.
package manifest
