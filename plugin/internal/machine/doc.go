// Package machine is what init, status and deinit do: it finds out what the machine behind a docker context runs, makes
// it run what is asked for, remembers what it has made there, and takes that away again.
//
// It prints nothing and spells no command of ours: reports, plans and errors carry facts.
package machine
