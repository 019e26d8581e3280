package advice

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
)

// Under a name of Docker's own nobody else can publish: where that fails, the way out is told, and where it is not that
// which has failed, it is not.
func TestNextOfOfficialName(t *testing.T) {
	to := release.TargetOf(plugintest.Named(t, "app:1.0"))
	line := Line{Verb: "docker multiplat publish", Args: []string{"app:1.0"}}
	const note = "  docker.io/library/app is Docker's own; name the draft with: docker multiplat tag app:1.0 USER/app:1.0\n"
	const next = "  next: docker multiplat publish USER/app:1.0   (once it is named so)\n"
	for err, want := range map[error]bool{
		classified{"denied", registry.ErrRefused}:           true,
		classified{"no such host", registry.ErrUnavailable}: true,
		classified{"untested", gate.ErrShut}:                false,
	} {
		err := Release(release.NotBegun([]release.Target{to}, 0, fmt.Errorf("opening: %w", err)), line)
		assert.Equal(t, strings.Contains(explained(err), note), want, explained(err))
		assert.Equal(t, strings.Contains(explained(err), next), want, explained(err))
	}
}

// Some refusals come before any answer: who speaks to the host is not believed, or the helper does not work.
func TestNextBeforeAnyAnswer(t *testing.T) {
	to := release.TargetOf(plugintest.Named(t, "reg.example/team/app:1"))
	line := Line{Verb: "docker multiplat publish", Args: []string{"reg.example/team/app:1"}}
	for want, err := range map[string]error{
		" reg.example/team/app:1   (once its authority is in /etc/docker/certs.d/reg.example/ca.crt)": registry.ErrUntrusted,
		" --insecure-registry reg.example reg.example/team/app:1   (if plain HTTP is meant)":          registry.ErrPlain,
		" reg.example/team/app:1   (once the credential helper works)":                                registry.ErrCredentials,
		" reg.example/team/app:1   (once the clock of this machine is right, and the certificate of reg.example valid)": distrust(
			x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}),
		" reg.example/team/app:1   (once reg.example has a certificate for its name)": distrust(
			x509.HostnameError{Certificate: &x509.Certificate{}, Host: "reg.example"}),
	} {
		err = Release(release.NotBegun([]release.Target{to}, 0, fmt.Errorf("opening: %w", err)), line)
		assert.Equal(t, failure.ExitCode(err), failure.ExitRefused)
		assert.Check(t, strings.Contains(explained(err), "  next: docker multiplat publish"+want+"\n"), explained(err))
	}
}

func distrust(of error) error { return fmt.Errorf("%w: %w", registry.ErrUntrusted, of) }
