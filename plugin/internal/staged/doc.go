// Package staged reads images of which a draft has the documents alone: their layers were pushed to a repository when
// they were built.
package staged
