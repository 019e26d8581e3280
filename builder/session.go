package builder

import (
	"fmt"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/docker/buildx/util/dockerutil/dockerconfig"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
)

// attachables are what BuildKit may ask the client for during a solve: registry credentials from the Docker
// CLI's configuration, secrets and SSH agents. Every solve gets the same ones.
func (r Request) attachables(dockerCLI command.Cli) ([]session.Attachable, error) {
	auth := authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: dockerconfig.LoadAuthConfig(dockerCLI),
	})
	secretSpecs, err := buildflags.ParseSecretSpecs(r.Secrets)
	if err != nil {
		return nil, classify(fmt.Errorf("reading --secret: %w", err), ErrInput)
	}
	secrets, err := buildxbuild.CreateSecrets(secretSpecs)
	if err != nil {
		return nil, classify(fmt.Errorf("reading --secret: %w", err), ErrInput)
	}
	sshSpecs, err := buildflags.ParseSSHSpecs(r.SSH)
	if err != nil {
		return nil, classify(fmt.Errorf("reading --ssh: %w", err), ErrInput)
	}
	if len(sshSpecs) == 0 && buildflags.IsGitSSH(r.Context) {
		sshSpecs = append(sshSpecs, &buildflags.SSH{ID: "default"})
	}
	ssh, err := buildxbuild.CreateSSH(sshSpecs)
	if err != nil {
		return nil, classify(fmt.Errorf("reading --ssh: %w", err), ErrInput)
	}
	return []session.Attachable{auth, secrets, ssh}, nil
}
