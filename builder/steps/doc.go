// Package steps tells where the time of a build went: which of its steps an emulator ran, how many times as long they
// took as the same steps without one, and which rule of package lint would help.
package steps
