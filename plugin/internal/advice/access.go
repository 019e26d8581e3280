package advice

import (
	"errors"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// afterAccess has the user ask a cluster that is not to be had, which no init mends; nil: it was not that.
func afterAccess(err error) error {
	if next := askCluster(err); next != "" {
		return failure.Wrap(errdefs.ErrNotReady, err, next)
	}
	return nil
}

// askCluster is the command that tells whether the user has signed in to a cluster that did not accept who asked, or
// whether it is reached; empty: it was neither.
func askCluster(err error) string {
	denied, is := errors.AsType[*builder.AccessError](err)
	if !is {
		return ""
	}
	kubectl := "kubectl"
	if denied.Kubeconfig != "" {
		kubectl += " --kubeconfig " + quote(denied.Kubeconfig)
	}
	if denied.Denied {
		return kubectl + " auth whoami   (until it says who you are, once you have signed in to the cluster anew)"
	}
	return kubectl + " version   (until the cluster answers)"
}

// untilReached is the command that tells whether a node answers again. What it is asked by is the Docker CLI, where it
// is a container of an engine.
func untilReached(builderName, engine string) string {
	if engine != "" {
		return dockercli.At(engine) + " version   (until it answers)"
	}
	return Command("status") + " --builder " + quote(builderName) + "   (to see whether it answers again)"
}
