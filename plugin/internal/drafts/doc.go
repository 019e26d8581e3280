// Package drafts lists, copies, removes and prunes drafts, with their images in the engine. It returns what it
// found and
// what happened; it prints nothing.
package drafts
