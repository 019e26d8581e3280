// Package registrytest is a registry on loopback, in the test's process, with faults to order.
//
// It is the one registry of all tests that need no other: it keeps what is pushed in memory, notes every request, and
// does in place of an answer what a test asks of it.
package registrytest
