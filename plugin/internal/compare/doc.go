// Package compare reads images where they are, drafts, published ones and those in folders, and says what differs
// between the platforms of one, or between two of them platform by platform.
package compare
