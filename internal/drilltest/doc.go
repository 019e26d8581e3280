// Package drilltest is what all drills share: how often they try, by which seed, and the row of each in one table.
//
// A drill is a test behind the build tag drill whose name begins with TestDrill, in any package that DRILLS of the
// Makefile lists. It calls [Run] with what it tries; make drill runs all of them, and prints the table at the end.
package drilltest
