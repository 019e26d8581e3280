package builder

import (
	"context"

	"github.com/docker/buildx/util/dockerutil/dockerconfig"
	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/util/progress/progresswriter"
	"google.golang.org/grpc"
)

// signIn answers BuildKit with the credentials of registries that the Docker CLI's configuration has, and keeps in mind
// what it has given away: BuildKit repeats what a registry says, and that may repeat what it was sent.
type signIn struct {
	auth.AuthServer
	given given
}

var _ session.Attachable = (*signIn)(nil)

// auth is a new one, for one call of BuildKit.
func (b *Builder) auth() *signIn {
	s := &signIn{}
	configured := dockerconfig.LoadAuthConfig(b.dockerCLI)
	provider := authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: func(
			ctx context.Context, host string, scope []string, expired authprovider.ExpireCachedAuthCheck,
		) (types.AuthConfig, error) {
			found, err := configured(ctx, host, scope, expired)
			s.given.login(found)
			return found, err
		},
	})
	s.AuthServer, _ = provider.(auth.AuthServer)
	return s
}

// Register implements session.Attachable.
func (s *signIn) Register(server *grpc.Server) { auth.RegisterAuthServer(server, s) }

// SetLogger has what is signed in to told, as buildx does of the provider.
func (s *signIn) SetLogger(logger progresswriter.Logger) {
	if p, ok := s.AuthServer.(interface{ SetLogger(progresswriter.Logger) }); ok {
		p.SetLogger(logger)
	}
}

// FetchToken implements auth.AuthServer.
func (s *signIn) FetchToken(ctx context.Context, request *auth.FetchTokenRequest) (*auth.FetchTokenResponse, error) {
	response, err := s.AuthServer.FetchToken(ctx, request)
	s.given.note(response.GetToken())
	return response, err
}

// blank takes what was given away out of the text of an error.
func (s *signIn) blank(text string) string { return s.given.blank(text) }
