package cluster

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// Login is who may pull an image.
type Login struct {
	// Host is the registry, as it stands in a configuration of the Docker CLI.
	Host, User, Password string
	// Token tells that there is an identity token in the place of a password, of which kubelet makes no use.
	Token bool
}

// known tells that there is somebody.
func (l Login) known() bool { return l.User != "" || l.Password != "" }

// login finds who may pull an image. Where nobody is known, the cluster's own settings count.
func (c *Cluster) login(image string) (Login, error) {
	if c.Login == nil {
		return Login{}, nil
	}
	l, err := c.Login(image)
	if err == nil && l.Token {
		err = errors.New(
			"the Docker CLI has an identity token for it, of which nodes make no use; give the service account " +
				"of the namespace an imagePullSecret, or sign in with a password",
		)
	}
	if err != nil {
		return l, fmt.Errorf("finding the login for %q: %w", image, err)
	}
	return l, nil
}

// secret is a login as kubelet takes it. It goes with the Job that it is for.
func (l Login) secret(name, job string) object {
	pair := base64.StdEncoding.EncodeToString([]byte(l.User + ":" + l.Password))
	config, err := json.Marshal(object{"auths": object{l.Host: object{"auth": pair}}})
	if err != nil { // strings always encode
		return nil
	}
	return object{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
		"metadata": object{"name": name, "ownerReferences": []object{{
			"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": job,
		}}},
		"data": object{".dockerconfigjson": base64.StdEncoding.EncodeToString(config)},
	}
}
