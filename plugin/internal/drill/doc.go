// Package drill breaks publishing on purpose, many times, and counts what became of the tags.
//
// It runs the built program against a registry in the test's process that fails by chance, kills the program, and has
// several of them race. A checker that shares no code with the program reads what the registry holds after every change
// of a tag. `make drill` prints the table; its tests have the build tag drill.
package drill
