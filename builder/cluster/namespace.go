package cluster

import (
	"errors"
	"fmt"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// NamespaceError is a namespace that a cluster does not have.
type NamespaceError struct {
	Namespace string
	// Kubeconfig is the file that leads to the cluster; empty: the one in use.
	Kubeconfig string
}

// Making is the command that makes it; context is that of the kubeconfig, empty: the one in use.
func (e *NamespaceError) Making(context string) string {
	kubectl := "kubectl"
	if e.Kubeconfig != "" {
		kubectl += " --kubeconfig " + visible.Quote(e.Kubeconfig)
	}
	if context != "" {
		kubectl += " --context " + visible.Quote(context)
	}
	return kubectl + " create namespace " + e.Namespace
}

// Error implements error.
func (e *NamespaceError) Error() string {
	return fmt.Sprintf("the cluster has no namespace %q", e.Namespace)
}

// NoNamespace is that error, where it was for this that a cluster did not make something in a namespace; else err as it
// is. A cluster says so of what is made alone, and has empty lists in a namespace that is not there.
func NoNamespace(err error, namespace, kubeconfig string) error {
	said, ours := errors.AsType[*StatusError](err)
	theirs, is := errors.AsType[*apierrors.StatusError](err)
	missing := fmt.Sprintf("namespaces %q not found", namespace)
	if ours && said.Message == missing || is && theirs.ErrStatus.Message == missing {
		return &NamespaceError{namespace, kubeconfig}
	}
	return err
}

// IsNamespace tells the name of a namespace from anything else.
func IsNamespace(name string) bool {
	return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`).MatchString(name)
}
