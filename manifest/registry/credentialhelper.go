package registry

import (
	"context"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/docker/cli/cli/config/types"
	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"
)

// tokenUser is the name under which a helper keeps an identity token (Docker
// CLI, config/credentials).
const tokenUser = "<token>"

// helperExit is how long the streams of a helper that was ended stay open.
const helperExit = time.Second

// askHelper runs docker-credential-HELPER, which is ended with ctx: one that
// hangs would outlive this program, and hold its standard error open.
func askHelper(ctx context.Context, helper, key string) (types.AuthConfig, error) {
	run := func(args ...string) client.Program {
		command := exec.CommandContext(ctx, "docker-credential-"+helper, args...) //nolint:gosec // named in config.json
		command.Stderr = os.Stderr                                                //nolint:forbidigo // it may ask its user
		command.WaitDelay = helperExit
		return &helperProgram{command}
	}
	found, err := client.Get(run, key)
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
