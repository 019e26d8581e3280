package container_test

import (
	"errors"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/container"
)

// An image that cannot start is told from an engine that is broken. What is said of images is what Docker Engine 29
// says; what broken engines say is made of the names of their parts.
func TestRunTellsRefusalFromABrokenEngine(t *testing.T) {
	const task = "failed to create task for container: "
	const runtime = task + "failed to create shim task: OCI runtime create failed: "
	const pod = "failed to create containerd container: "
	for _, tc := range []struct {
		class   error
		text    string
		refused bool
	}{
		{cerrdefs.ErrInternal, "unable to find user app: no matching entries in passwd file", true},
		{cerrdefs.ErrInternal, "unable to find group app: no matching entries in group file", true},
		{cerrdefs.ErrInternal, "Cannot mkdir: /bin/busybox is not a directory", true},
		{
			cerrdefs.ErrInternal,
			"cannot mount volume over existing file, file exists /e/containerd/rootfs/overlayfs/63a/bin/busybox", true,
		},
		{cerrdefs.ErrInternal, runtime + "runc create failed: error mounting \"/e/volumes/a/_data\" to rootfs at \"/\"", true},
		{cerrdefs.ErrInvalidArgument, runtime + "runc create failed: exec: \"/a\": stat /a: no such file or directory", true},
		{cerrdefs.ErrInternal, runtime + "runc create failed: exec /a: exec format error", true},
		{cerrdefs.ErrInvalidArgument, "no command specified", true},
		{cerrdefs.ErrInvalidArgument, pod + "no users found", true},
		{cerrdefs.ErrInvalidArgument, pod + "lstat etc: file does not exist", true},
		{cerrdefs.ErrInvalidArgument, pod + "taking runtime copy of volume: source /tmp/v/bin/sh is not directory", true},
		{cerrdefs.ErrInternal, "hcs::CreateComputeSystem a: The container operating system does not match the host", true},

		{cerrdefs.ErrInternal, "", false},
		{cerrdefs.ErrInvalidArgument, pod + "rpc error: code = Unavailable", false},
		{cerrdefs.ErrInternal, task + "ttrpc: closed", false},
		{cerrdefs.ErrInternal, "error reading from server: EOF", false},
		{cerrdefs.ErrInternal, task + "failed to start shim: start failed: exit status 1", false},
		{cerrdefs.ErrInternal, "failed to stat parent: stat /e/snapshots/8/fs: no such file or directory", false},
		{cerrdefs.ErrInvalidArgument, "failed to stat parent: stat /e/snapshots/8/fs: no such file or directory", false},
		{cerrdefs.ErrInvalidArgument, task + "connection error: dial unix /e/c.sock: no such file or directory", false},
		{
			cerrdefs.ErrInvalidArgument,
			runtime + "unable to retrieve OCI runtime error (open /e/log.json: no such file or directory)", false,
		},
		{cerrdefs.ErrInternal, "mkdir /e/overlay2/8-init: no space left on device", false},
		{cerrdefs.ErrNotFound, "No such image: sha256:63a380916e43036401ac", false},
		{cerrdefs.ErrNotFound, "No such container: 63a380916e43", false},
		{cerrdefs.ErrUnavailable, "connection error", false},
		{errors.New("connection refused"), "", false},
	} {
		t.Run(tc.text, func(t *testing.T) {
			answer := &answered{tc.class, tc.text}
			for _, engine := range []*fakeEngine{{startErr: answer}, {createErr: answer}} {
				exit, err := container.Run(t.Context(), engine, container.Spec{})
				if tc.refused {
					assert.NilError(t, err)
					assert.ErrorIs(t, exit.Refused, answer)
				} else {
					assert.ErrorIs(t, err, answer)
				}
			}
		})
	}
}

// answered is what an engine has said, of a class.
type answered struct {
	class error
	text  string
}

// Error implements error.
func (a *answered) Error() string { return a.text }

// Unwrap gives the class.
func (a *answered) Unwrap() error { return a.class }
