package request

import (
	"fmt"
	"io/fs"
	"os"
	"slices"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/session"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// attachables are what BuildKit may ask the client for during a solve: registry credentials (auth), secrets and SSH
// agents. Every solve gets the same ones. signIn is what the addresses of the contexts sign in with.
func (r Request) attachables(auth session.Attachable, signIn map[string]credential) ([]session.Attachable, error) {
	lent, err := r.lent(signIn)
	return append([]session.Attachable{auth}, lent...), err
}

// lent are the secrets and SSH agents. Their sources are looked for.
func (r Request) lent(signIn map[string]credential) ([]session.Attachable, error) {
	secretSpecs, err := parsed("secret", lentForm, r.Secrets, buildflags.ParseSecretSpecs)
	if err != nil {
		return nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	for _, value := range r.Secrets {
		if alone, err := buildflags.ParseSecretSpecs([]string{value}); err == nil && len(alone) == 1 && alone[0].ID == "" {
			return nil, errdefs.Classify(fmt.Errorf("--secret %q has no id; give it as %s", value, lentForm), errdefs.ErrInput)
		}
	}
	for _, spec := range secretSpecs {
		if err := checkLent(spec.FilePath, maxSecret); err != nil {
			return nil, errdefs.Classify(fmt.Errorf("reading --secret id=%s: %w", spec.ID, err), errdefs.ErrInput)
		}
	}
	secrets, err := provider(secretSpecs, signIn)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --secret: %w", err), errdefs.ErrInput)
	}
	sshSpecs, err := parsed("ssh", sshForm, r.SSH, buildflags.ParseSSHSpecs)
	if err != nil {
		return nil, errdefs.Classify(err, errdefs.ErrInput)
	}
	if len(sshSpecs) == 0 && buildflags.IsGitSSH(r.Context) {
		sshSpecs = append(sshSpecs, &buildflags.SSH{ID: "default"})
	}
	for _, spec := range sshSpecs {
		for _, path := range spec.Paths {
			if err := checkLent(path, maxKey); err != nil {
				return nil, errdefs.Classify(fmt.Errorf("reading --ssh %s: %w", spec.ID, err), errdefs.ErrInput)
			}
		}
	}
	ssh, err := buildxbuild.CreateSSH(sshSpecs)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --ssh: %w", err), errdefs.ErrInput)
	}
	return []session.Attachable{secrets, ssh}, nil
}

// Lent names the secrets and SSH agents that the build is lent, by their IDs, and those that BuildKit takes from the
// addresses of build contexts: nothing of what they hold.
func (r Request) Lent() []string {
	var names []string
	secrets, _ := buildflags.ParseSecretSpecs(r.Secrets) // what is wrong with them, Check has said
	for _, spec := range secrets {
		names = append(names, LentSecret+spec.ID)
	}
	agents, _ := buildflags.ParseSSHSpecs(r.SSH)
	for _, spec := range agents {
		names = append(names, LentSSH+spec.ID)
	}
	for _, place := range r.places() {
		if _, c, err := lift(place); c != nil && err == nil {
			names = append(names, LentSecret+c.id)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// What the names of [Request.Lent] begin with.
const (
	LentSecret = "secret "
	LentSSH    = "ssh "
)

// Limits of what BuildKit is lent, which are its own.
const (
	maxSecret = 500 << 10
	maxKey    = 100 << 10
)

// checkLent refuses a file that cannot be lent to one build for each platform: a pipe is empty after the first. The
// socket of an SSH agent, and what is not there, is for BuildKit's own code.
func checkLent(path string, limit int64) error {
	info, err := os.Stat(path)
	if path == "" || err != nil || info.Mode().Type() == fs.ModeSocket || info.IsDir() {
		return nil //nolint:nilerr // who reads it says so
	}
	return localfile.Check(path, limit)
}
