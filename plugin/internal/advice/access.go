package advice

import (
	"errors"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// afterAccess has the user sign in to a cluster that does not accept who asks, which no init mends; nil: it was not
// that.
func afterAccess(err error) error {
	if next := signIn(err); next != "" {
		return failure.Wrap(errdefs.ErrNotReady, err, next)
	}
	return nil
}

// signIn is the command that tells whether the user has signed in to a cluster that did not accept who asked; empty: it
// was not that.
func signIn(err error) string {
	denied, is := errors.AsType[*builder.AccessError](err)
	if !is {
		return ""
	}
	whoami := "kubectl"
	if denied.Kubeconfig != "" {
		whoami += " --kubeconfig " + quote(denied.Kubeconfig)
	}
	return whoami + " auth whoami   (until it says who you are, once you have signed in to the cluster anew)"
}
