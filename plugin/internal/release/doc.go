// Package release carries images to their tags: it signs in everywhere, locks, has the images assembled from a draft,
// from sources or as they are, checks every tag, uploads, and writes the tags last.
package release
