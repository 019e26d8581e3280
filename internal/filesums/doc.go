// Package filesums remembers what files were hashed to, so that a file that was not changed since is not read again.
//
// What tells that a file was not changed is what tells it to Git's index: device, inode, mode, size, and the times of
// its content and of its inode, to the nanosecond. The latter is set by every change and cannot be set by hand. A file
// that was changed a moment before it was hashed is not remembered, as it may be changed again in the same tick of the
// clock. Where a system has no such time nothing is remembered.
package filesums
