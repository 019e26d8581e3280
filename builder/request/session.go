package request

import (
	"fmt"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/session"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// attachables are what BuildKit may ask the client for during a solve: registry credentials (auth), secrets and SSH
// agents. Every solve gets the same ones.
func (r Request) attachables(auth session.Attachable) ([]session.Attachable, error) {
	lent, err := r.lent()
	return append([]session.Attachable{auth}, lent...), err
}

// lent are the secrets and SSH agents. Their sources are looked for.
func (r Request) lent() ([]session.Attachable, error) {
	secretSpecs, err := buildflags.ParseSecretSpecs(r.Secrets)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --secret: %w", err), errdefs.ErrInput)
	}
	secrets, err := buildxbuild.CreateSecrets(secretSpecs)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --secret: %w", err), errdefs.ErrInput)
	}
	sshSpecs, err := buildflags.ParseSSHSpecs(r.SSH)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --ssh: %w", err), errdefs.ErrInput)
	}
	if len(sshSpecs) == 0 && buildflags.IsGitSSH(r.Context) {
		sshSpecs = append(sshSpecs, &buildflags.SSH{ID: "default"})
	}
	ssh, err := buildxbuild.CreateSSH(sshSpecs)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --ssh: %w", err), errdefs.ErrInput)
	}
	return []session.Attachable{secrets, ssh}, nil
}
