// Package release tests what is around the program: how it is installed, and what runs it in CI of others.
package release
