package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// helperLimit is how long a credential helper may take.
const helperLimit = 30 * time.Second

// Keychain gives a registry the credentials of `docker login`: from the file,
// from its credential helper, or as an identity token. Docker Hub's are kept
// under https://index.docker.io/v1/. A helper that is missing, fails or takes
// longer than 30 s is an error of kind ErrRefused that names it; only a registry
// without credentials is used anonymously.
func Keychain(cfg *configfile.ConfigFile) authn.Keychain {
	return &keychain{config: cfg, limit: helperLimit, stderr: os.Stderr} //nolint:forbidigo // helpers ask their user
}

type keychain struct {
	config *configfile.ConfigFile
	limit  time.Duration
	// stderr is where a helper speaks to its user.
	stderr io.Writer
}

var (
	_ authn.Keychain        = (*keychain)(nil)
	_ authn.ContextKeychain = (*keychain)(nil)
)

// Resolve implements authn.Keychain; the helper's time limit is its only end.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), target) //nolint:forbidigo // the interface has none
}

// ResolveContext implements authn.ContextKeychain.
func (k *keychain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	key := target.RegistryStr()
	if key == name.DefaultRegistry {
		key = authn.DefaultAuthKey
	}
	auth, err := k.ask(ctx, key)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
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

// ask takes what the environment says (DOCKER_AUTH_CONFIG), then the helper's
// word or the configuration's, as the Docker CLI does.
func (k *keychain) ask(ctx context.Context, key string) (types.AuthConfig, error) {
	helper := k.helper(key)
	if helper == "" {
		return k.config.GetAuthConfig(key)
	}
	given, err := configfile.New("").GetAuthConfig(key)
	if err != nil || given != (types.AuthConfig{}) {
		return given, err
	}
	asking, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	auth, err := k.askHelper(asking, helper, key)
	if errors.Is(asking.Err(), context.DeadlineExceeded) {
		return types.AuthConfig{}, fmt.Errorf("no answer within %s", k.limit)
	}
	return auth, err
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

// helper is the suffix of the credential helper the configuration names for key.
func (k *keychain) helper(key string) string {
	if helper, ok := k.config.CredentialHelpers[key]; ok {
		return helper
	}
	return k.config.CredentialsStore
}

// hideSecrets blanks what looks like the secret of a helper's output.
func hideSecrets(text string) string {
	document := regexp.MustCompile(`(?s)\{.*\}|\{.*$`) // what a helper gives, broken or not
	plain := regexp.MustCompile(
		`(?i)\b(secret|password|passwd|pass|pw|token|pat|key)(\s*[=:]\s*|\s+(?:is|was)\s+)[^\s"…]\S*`,
	)
	address := regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s@]+@`)
	text = document.ReplaceAllString(text, "…")
	return address.ReplaceAllString(plain.ReplaceAllString(text, `$1$2…`), `$1…@`)
}

// tokenUser is the name under which a helper keeps an identity token (Docker
// CLI, config/credentials).
const tokenUser = "<token>"

// helperExit is how long the streams of a helper that was ended stay open.
const helperExit = time.Second

// askHelper runs docker-credential-HELPER, which is ended with ctx: one that
// hangs would outlive this program, and hold its standard error open.
func (k *keychain) askHelper(ctx context.Context, helper, key string) (types.AuthConfig, error) {
	words := &helperWords{to: k.stderr}
	run := func(args ...string) client.Program {
		command := exec.CommandContext(ctx, "docker-credential-"+helper, args...) //nolint:gosec // named in config.json
		command.Stderr = words
		command.WaitDelay = helperExit
		return &helperProgram{command}
	}
	found, err := client.Get(run, key)
	secret := ""
	if found != nil {
		secret = found.Secret
	}
	_ = words.end(secret) // nobody is there to hear of a standard error that is closed
	if credentials.IsErrCredentialsNotFound(err) {
		return types.AuthConfig{}, nil
	}
	if err != nil {
		return types.AuthConfig{}, err
	}
	auth := types.AuthConfig{ServerAddress: found.ServerURL, Username: found.Username, Password: found.Secret}
	if found.Username == tokenUser {
		auth.Username, auth.Password, auth.IdentityToken = "", "", found.Secret
	}
	return auth, nil
}

// helperProgram is a command as the client of credential helpers wants it.
type helperProgram struct{ *exec.Cmd }

// Input implements client.Program.
func (p *helperProgram) Input(in io.Reader) { p.Stdin = in }
