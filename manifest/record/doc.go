// Package record holds test records: what tests, an audit or a person said of one platform's image, as an in-toto
// statement in the attestation manifest of that image. It reads, adds and drops them wherever the image
// stands. A record
// is no signature: that one was read says nothing about who wrote it.
package record
