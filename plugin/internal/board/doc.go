// Package board is what the display shows while something is done: a row for each platform with the stage and the step
// it is at, or a log of them for a file. It reads the stream of progress, in words that are fit for a terminal already,
// and writes to nothing: view does.
package board
