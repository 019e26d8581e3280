// Package source reads images where they stand: in a repository of a registry, or in a folder.
//
// An image is read once; its entries can be chosen, amended and corrected, and its blobs are found where they are when
// they are needed. What is read by digest was checked, but for streams.
package source
