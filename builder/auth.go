package builder

import (
	"github.com/docker/buildx/util/dockerutil/dockerconfig"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
)

// auth answers BuildKit with the credentials of registries that the Docker CLI's configuration has.
func (b *Builder) auth() session.Attachable {
	return authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: dockerconfig.LoadAuthConfig(b.dockerCLI),
	})
}
