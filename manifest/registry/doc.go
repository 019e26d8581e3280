// Package registry is a client for registries of the OCI distribution spec.
//
// Ping, tokens and blob uploads are go-containerregistry's. Manifests are read
// and written here, over the same authenticated transport: every manifest and
// config read is hashed against what was asked for, and a manifest is written
// by one PUT of the bytes given and nothing else (the library's own PUT of a
// manifest with a subject adds fallback tags).
//
// Below the authentication lies one retrying transport. It repeats requests
// that can be repeated (GET, HEAD, the POST that begins an upload, the PUT of a
// manifest) on 408, 425, 429, 499, 5xx and on network errors, obeys Retry-After,
// holds all requests to a host that asked for a pause, refuses plain HTTP except
// to loopback and to hosts named by the caller, and limits what it reads. A blob
// upload cannot be continued by sending a part again, so it is repeated as a
// whole.
//
// Errors are *Error and match ErrRefused, ErrUnavailable, ErrIntegrity or
// containerd's errdefs.ErrNotFound with errors.Is.
package registry
