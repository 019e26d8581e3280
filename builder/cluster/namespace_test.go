package cluster

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A namespace that is not there is told by its name, with the command that makes it, whoever has asked the cluster.
func TestNoNamespace(t *testing.T) {
	ours := &StatusError{Code: http.StatusNotFound, Message: `namespaces "ci" not found`}
	theirs := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "ci")
	c := &Cluster{Context: "lab", Namespace: "ci"}
	for _, err := range []error{ours, fmt.Errorf("creating: %w", theirs)} {
		said := NoNamespace(err, "ci", "")
		assert.Error(t, said, `the cluster has no namespace "ci"`)
		assert.Equal(t, c.Lacking(fmt.Errorf("looking: %w", said)), "kubectl --context lab create namespace ci")
		assert.Equal(t, NoNamespace(err, "other", ""), err)
	}
	other := errors.New("not today")
	assert.Equal(t, NoNamespace(other, "ci", ""), other)
	assert.Equal(t, c.Lacking(other), "kubectl --context lab --namespace ci get nodes,jobs")
}
