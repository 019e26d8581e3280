// Package store keeps drafts, the local and unpublished images, in an OCI image layout on disk.
//
// The layout is the source of truth: engine and builder hold copies. All solves of a process write blobs through one
// shared content store, and each process has an ingest folder of its own, so that neither solves nor processes get into
// each other's way. Only index.json can change what a draft is: it names drafts alone, and is replaced by a rename
// under one lock. Access control is the mode 0700 of the top folder.
package store
