package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Cluster is a namespace of a cluster, as far as tests want to know it.
type Cluster struct {
	// Context and Namespace are those of the kubeconfig; Server is the address of the API.
	Context, Namespace, Server string
	// Login finds who may pull an image; nil: the cluster is asked for nothing.
	Login func(image string) (Login, error)

	place  Place
	config *rest.Config
	client *http.Client
	base   *url.URL
	nodes  []node
	// nodesKnown tells that the nodes could be listed.
	nodesKnown bool

	mu    sync.Mutex
	pools map[string]*Pool
}

// Name says which cluster and namespace it is.
func (c *Cluster) Name() string { return Word + ":" + c.Context + "/" + c.Namespace }

// Contexts are the contexts of the kubeconfig in use, as far as it can be read. Nothing is contacted.
func Contexts() []string {
	known, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(known.Contexts))
}

// Connect finds a cluster as kubectl does. Nothing is contacted.
func Connect(p Place) (*Cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = p.Kubeconfig
	known, err := rules.Load()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	overrides := &clientcmd.ConfigOverrides{}
	if overrides.CurrentContext, overrides.Context.Namespace, err = p.resolve(known); err != nil {
		return nil, err
	}
	settings := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	c := &Cluster{
		Context: cmp.Or(overrides.CurrentContext, known.CurrentContext, "in-cluster"),
		place:   p, pools: map[string]*Pool{},
	}
	if c.config, err = settings.ClientConfig(); err != nil {
		if clientcmd.IsEmptyConfig(err) {
			err = errors.New(noKubeconfig(rules))
		}
		return nil, err
	}
	if c.Namespace, _, err = settings.Namespace(); err != nil {
		return nil, err
	}
	if err := checkNamespace(c.Namespace); err != nil {
		return nil, err
	}
	return c, c.dialer()
}

// noKubeconfig says what a cluster would be found by.
func noKubeconfig(rules *clientcmd.ClientConfigLoadingRules) string {
	files := rules.GetLoadingPrecedence()
	if rules.ExplicitPath != "" {
		files = []string{rules.ExplicitPath}
	}
	return fmt.Sprintf(
		"there is no kubeconfig: nothing is at %s, and this is no pod of a cluster; KUBECONFIG names another",
		strings.Join(files, ", "),
	)
}

// dialer makes what speaks to the API.
func (c *Cluster) dialer() (err error) {
	c.config = rest.CopyConfig(c.config)
	c.config.UserAgent = "docker-multiplat"
	c.base, _, err = rest.DefaultServerUrlFor(c.config)
	if err == nil && (c.base.Hostname() == "" || c.base.Scheme != "http" && c.base.Scheme != "https") {
		err = errors.New("no cluster is reached by it")
	}
	if err != nil {
		return fmt.Errorf("the server of the context %q in the kubeconfig is %q: %w; give it as https://HOST:PORT", c.Context,
			shownServer(c.config.Host), err)
	}
	if c.client, err = rest.HTTPClientFor(c.config); err != nil {
		return fmt.Errorf("the access to the cluster: %w", err)
	}
	c.Server = c.base.Scheme + "://" + c.base.Host
	return nil
}

// resolve tells context and namespace apart. The names of contexts may have slashes in them.
func (p Place) resolve(known *clientcmdapi.Config) (context, namespace string, err error) {
	there := "there are none"
	if len(known.Contexts) > 0 {
		there = "there are " + strings.Join(slices.Sorted(maps.Keys(known.Contexts)), ", ")
	}
	if _, is := known.Contexts[known.CurrentContext]; p.At == "" && !is && known.CurrentContext != "" {
		return "", "", fmt.Errorf("the current context of the kubeconfig, %q, is none that it has; %s; choose one with: "+
			"kubectl config use-context NAME", known.CurrentContext, there)
	}
	if _, is := known.Contexts[p.At]; is || p.At == "" {
		return p.At, "", nil
	}
	at := strings.LastIndexByte(p.At, '/')
	if at >= 0 {
		context, namespace = p.At[:at], p.At[at+1:]
	} else {
		context = p.At
	}
	if _, is := known.Contexts[context]; is || context == "" {
		return context, namespace, nil
	}
	return "", "", fmt.Errorf("there is no context %q in the kubeconfig; %s", context, there)
}
