//go:build linux

// Command bench measures, side by side on the lab, four ways to publish an image for four platforms: this plugin
// (build --push --test-local), the steps by hand (build --load, run, push per platform, then one index), and
// `docker buildx build --push`, which neither loads nor tests anything: the floor; and the floor with each image pulled
// and run afterwards, when it is public. Provenance is on in all of them.
//
// It prints medians and their ratios, and beside them what went over the wire and how much memory a process had at
// most. `make bench` runs it.
package main
