// Package request is what `docker buildx build` takes, for several platforms at once: it checks what the user gave,
// makes one buildx target of each platform, and tells what the build is made of. It contacts nothing, and reads no
// more than the build context.
package request
