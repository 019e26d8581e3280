package cluster

import (
	"fmt"
	"net/url"

	"k8s.io/client-go/tools/clientcmd"
)

// CheckConfig refuses a kubeconfig in use that cannot be read, or whose current context leads to no cluster. That there
// is none is for those to say who look for a cluster. Nothing is contacted.
func CheckConfig() error {
	known, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return fmt.Errorf("reading the kubeconfig: %w", err)
	}
	if len(known.Contexts) == 0 && known.CurrentContext == "" {
		return nil
	}
	_, err = Connect(Place{})
	return err
}

// shownServer is an address as it may be told.
func shownServer(text string) string {
	if at, err := url.Parse(text); err == nil {
		return at.Redacted()
	}
	return text
}
