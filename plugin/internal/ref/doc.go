// Package ref reads references to images, and sources, as users write them.
package ref
