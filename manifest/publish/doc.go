// Package publish puts an image under its tags, with one promise: each tag is written last, by one PUT, of bytes that
// were computed here.
//
// Until that PUT a tag is what it was; after it, everything the tag needs is in the repository. What is missing is
// found before the first byte is sent, a shrink and a tag that moved are refused before a tag is written, and every
// error says which tags were changed by then. Publications of one command go through the steps together: all are
// uploaded before the first tag of any is written.
package publish
