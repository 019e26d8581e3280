package localtest

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// What engines say of layers that they cannot unpack, on either image store, and of what is no fault of an image.
func TestUnpackTellsTheImageFromTheMachine(t *testing.T) {
	const layer = "sha256:9f78bf1588f0e7c14216e6e9d3fbd69ff08ddde46bbeb2bb1bd9815ae85e4e17"
	const mount = "mount callback failed on /var/lib/tmpmounts/containerd-mount1: "
	for said, want := range map[string]string{
		// the containerd image store, when it pulls and when it makes a container
		`failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip ` + layer + `) to overlayfs as ` +
			`"extract-1 sha256:67": ` + mount + "unhandled tar header type 83": "layer " + layer + ": unhandled tar header type 83",
		`Error response from daemon: apply layer error for "": failed to extract layer ` + layer + ": " + mount +
			"link /var/lib/tmpmounts/containerd-mount1/nothere /var/lib/tmpmounts/containerd-mount1/hl: no such file or directory": "layer " + layer + ": link nothere hl: no such file or directory",
		// classic stores, when they pull and when they load
		"failed to register layer: linkat nothere hl: no such file or directory": "linkat nothere hl: no such file or directory",
		"linkat nothere hl: no such file or directory":                           "linkat nothere hl: no such file or directory",
		"unhandled tar header type 83":                                           "unhandled tar header type 83",
		"openat nnn: file name too long":                                         "openat nnn: file name too long",
		"archive/tar: invalid tar header":                                        "archive/tar: invalid tar header",
		"mkdirat a/b: not a directory":                                           "mkdirat a/b: not a directory",

		"failed to extract layer " + layer + ": " + mount + "write /x: no space left on device": "",
		"failed to register layer: open /x: read-only file system":                              "",
		"failed to register layer: lchown /x: invalid argument":                                 "",
		"failed to extract layer " + layer + ": failed to mount: operation not permitted":       "",
		"failed to register layer: context canceled":                                            "",
		"failed to extract layer " + layer + ": connection reset by peer":                       "",
		"failed to register layer: unexpected EOF":                                              "",
		"open /var/lib/docker/tmp/x: no such file or directory":                                 "",
		"pull access denied": "",
	} {
		err := errors.New(said)
		got := Unpacking(err)
		if want == "" {
			assert.Equal(t, got, err)
			continue
		}
		assert.ErrorIs(t, got, ErrUnpack, said)
		assert.Error(t, got, "the engine cannot unpack the image: "+want)
	}
}

// An engine that unpacks an image only when a container is made of it says the same then.
func TestRefusedToUnpack(t *testing.T) {
	refused := errors.New(`apply layer error for "": failed to extract layer sha256:9f: unhandled tar header type 83`)
	r := &runner{image: Image{Platform: "linux/amd64"}}
	_, err := r.judge(t.Context(), container.Exit{Refused: refused}, 0, func() (Verdict, string) { return Passed, "" })
	assert.ErrorIs(t, err, ErrUnpack)
}

func TestLoadTellsLayersThatCannotBeUnpacked(t *testing.T) {
	engine := &fakeLoader{
		images: map[string]string{},
		answer: `{"errorDetail":{"message":"unhandled tar header type 83"}}`,
	}
	_, err := Load(t.Context(), engine, archive(nil), mute{})
	assert.ErrorIs(t, err, ErrUnpack)
	assert.Error(t, err, "the engine cannot unpack the image: unhandled tar header type 83")
}
