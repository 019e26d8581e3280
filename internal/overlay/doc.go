// Package overlay lays the layers of an image over each other, as engines show them: each layer is unpacked into a
// folder of its own, and overlayfs shows all of them as one. So a link leads somewhere else only for what is unpacked
// after it from the same layer; what another layer has below the name of a link is in a folder that takes its place.
//
// It knows names and modes, not contents. Where engines refuse an archive (a file below a file, a hard link into a
// layer below), it does what engines without overlayfs do.
package overlay
