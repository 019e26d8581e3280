// Package parity tells whether the images of several platforms are the same app: whether they have the same packages,
// start the same way, and are of a like size. What has to differ between platforms is folded. It is pure: it goes by
// what the audit has read, and reads nothing.
package parity
