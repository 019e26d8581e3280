package registry

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// helperLimit is how long a credential helper may take.
const helperLimit = 30 * time.Second

// Credentials is what is needed of the Docker CLI's configuration file;
// *configfile.ConfigFile is one.
type Credentials interface {
	// GetAuthConfig returns the credentials for a registry, zero for none.
	GetAuthConfig(registryHostname string) (types.AuthConfig, error)
}

// Keychain gives a registry the credentials of `docker login`: from the file,
// from its credential helper, or as an identity token. Docker Hub's are kept
// under https://index.docker.io/v1/. A helper that is missing, fails or takes
// longer than 30 s is an error of kind ErrRefused that names it; only a registry
// without credentials is used anonymously.
func Keychain(cfg Credentials) authn.Keychain {
	return &keychain{config: cfg, limit: helperLimit}
}

type keychain struct {
	config Credentials
	limit  time.Duration
}

var (
	_ authn.Keychain        = (*keychain)(nil)
	_ authn.ContextKeychain = (*keychain)(nil)
)

// Resolve implements authn.Keychain; the helper's time limit is its only end.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return k.resolve(target, nil)
}

// ResolveContext implements authn.ContextKeychain.
func (k *keychain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	auth, err := k.resolve(target, ctx.Done())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return auth, err
}

func (k *keychain) resolve(target authn.Resource, done <-chan struct{}) (authn.Authenticator, error) {
	key := target.RegistryStr()
	if key == name.DefaultRegistry {
		key = authn.DefaultAuthKey
	}
	auth, err := k.ask(key, done)
	if err != nil {
		return nil, k.refuse(target.RegistryStr(), key, err)
	}
	found := authn.AuthConfig{
		Username:      auth.Username,
		Password:      auth.Password,
		Auth:          auth.Auth,
		IdentityToken: auth.IdentityToken,
		RegistryToken: auth.RegistryToken,
	}
	if found != (authn.AuthConfig{}) {
		return authn.FromConfig(found), nil
	}
	if k.helper(key) != "" && auth.ServerAddress != "" {
		return nil, k.refuse(target.RegistryStr(), key, errors.New("it printed neither a name nor a secret"))
	}
	return authn.Anonymous, nil
}

// ask waits for the configuration, which may run a helper. A helper that hangs
// cannot be ended from here; it is left behind.
func (k *keychain) ask(key string, done <-chan struct{}) (types.AuthConfig, error) {
	type reply struct {
		auth types.AuthConfig
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		auth, err := k.config.GetAuthConfig(key)
		replies <- reply{auth, err}
	}()
	timer := time.NewTimer(k.limit)
	defer timer.Stop()
	select {
	case <-done:
		return types.AuthConfig{}, context.Canceled
	case <-timer.C:
		return types.AuthConfig{}, fmt.Errorf("no answer within %s", k.limit)
	case r := <-replies:
		return r.auth, r.err
	}
}

func (k *keychain) refuse(host, key string, err error) error {
	source := "the configuration"
	if helper := k.helper(key); helper != "" {
		source = "docker-credential-" + helper
	}
	return &Error{
		Host:    host,
		Op:      "reading credentials from " + source,
		Message: clean(hideSecrets(err.Error())),
		kind:    ErrCredentials,
	}
}

// helper is the suffix of the credential helper the configuration names for key,
// if that can be known.
func (k *keychain) helper(key string) string {
	file, ok := k.config.(*configfile.ConfigFile)
	if !ok {
		return ""
	}
	if helper, ok := file.CredentialHelpers[key]; ok {
		return helper
	}
	return file.CredentialsStore
}

// hideSecrets blanks what looks like the secret of a helper's output.
func hideSecrets(text string) string {
	secret := regexp.MustCompile(`(?is)("(?:secret|password|token)"\s*:\s*)"[^"]*("|$)`)
	return secret.ReplaceAllString(text, `$1"…"`)
}
