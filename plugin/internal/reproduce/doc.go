// Package reproduce builds an image once more from the same inputs, into a folder of its own that is removed again, and
// says whether the same bytes came of it, and if not, what differs and why.
package reproduce
