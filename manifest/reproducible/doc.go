// Package reproducible says why two builds of one thing are not the same: which layer differs first, which files in it,
// and what made each of them so, as far as its bytes tell: a time, an order, the path of a build, an id.
//
// The causes are read off the two contents alone. They are what a person would say of them, and no proof.
package reproducible
