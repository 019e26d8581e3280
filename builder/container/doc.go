// Package container runs one short-lived container through the Engine API and leaves nothing behind.
package container
