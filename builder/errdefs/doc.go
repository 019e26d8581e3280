// Package errdefs has the classes of failure of the builder's packages. A class is added to an error without changing
// its text; errors.Is finds both.
package errdefs
