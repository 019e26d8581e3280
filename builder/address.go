package builder

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/docker/buildx/util/confutil"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// signsInByHTTP is the first BuildKit that signs in at an address by a secret, as all do at a repository of Git.
const signsInByHTTP = "v0.23.0"

// checkAddresses refuses nodes that can sign in by the address of a build context alone, which others would see then.
func (b *Builder) checkAddresses(works []Work, used []int) error {
	for _, w := range works {
		if err := b.checkAddress(w.Request, used...); err != nil {
			return err
		}
	}
	return nil
}

// checkAddress is checkAddresses for one request.
func (b *Builder) checkAddress(r request.Request, used ...int) error {
	place := r.SignsInByHTTP()
	for _, at := range used {
		if node := b.nodes[at]; place != "" && older(node.Version, signsInByHTTP) {
			return errdefs.Classify(fmt.Errorf("node %q runs BuildKit %s, which would keep the password of %q in its records; "+
				"%s is the first that would not: give the files another way, or use another builder", node.Name, node.Version,
				place, signsInByHTTP), errdefs.ErrNotReady)
		}
	}
	return nil
}

// signInHint is what to do where a build did not get what is at an address that it signs in at; empty: it is not known.
func signInHint(works []Work, text string) string {
	if !slices.ContainsFunc(works, func(w Work) bool { return w.Request.SignsIn() }) {
		return ""
	}
	said := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
	}
	switch {
	case said("failed to update submodules"):
		return "; BuildKit signs in at the repository of the address, and not at its submodules: leave them out with " +
			"?submodules=false, or clone it, and build the folder"
	case said("could not read Username", "could not read Password", "Authentication failed", "status 401", "status 403"):
		return "; are user and password in the address right? What is neither letter nor digit in them is written as %XX, " +
			"and what is public needs none"
	}
	return ""
}

// config is the configuration of buildx for some works. buildx takes down what it builds before each build, with the
// address: where that has a secret, it does so in a folder of its own, which done removes.
func (b *Builder) config(works []Work) (config *confutil.Config, done func(), err error) {
	for _, w := range works {
		if !w.Request.Unlisted() {
			continue
		}
		folder, err := os.MkdirTemp("", "multiplat-buildx-")
		if err != nil {
			return nil, nil, fmt.Errorf("making a folder for what buildx takes down: %w", err)
		}
		return confutil.NewConfig(b.dockerCLI, confutil.WithDir(folder)), func() { _ = os.RemoveAll(folder) }, nil
	}
	return confutil.NewConfig(b.dockerCLI), func() {}, nil
}
