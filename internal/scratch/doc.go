// Package scratch makes temporary folders that are told from leftovers: each has a lock that its process holds.
package scratch
