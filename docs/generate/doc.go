// Command generate writes the reference pages of `docker multiplat` from the commands themselves: what stands
// between the markers of a page is replaced, what people wrote behind them is kept.
package main

//go:generate go run . ../reference
