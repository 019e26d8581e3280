package request

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// checkValues refuses what BuildKit would refuse only once the build has begun.
func (r Request) checkValues() error {
	for _, check := range []func() error{
		r.checkSession, r.checkHosts, r.checkNetwork, r.checkTarget, r.checkAttestations, r.checkCaches, r.checkContexts,
		r.checkLimits,
	} {
		if err := check(); err != nil {
			return errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	return nil
}

// checkSession looks for the sources of secrets and SSH agents.
func (r Request) checkSession() error {
	_, err := r.lent()
	return err
}

// checkHosts reads --add-host as buildx does: HOST:IP or HOST=IP, of several addresses in commas.
func (r Request) checkHosts() error {
	for _, text := range r.AddHosts {
		host, addresses, ok := strings.Cut(text, "=")
		if !ok {
			host, addresses, ok = strings.Cut(text, ":")
		}
		wrong := !ok || host == ""
		for address := range strings.SplitSeq(addresses, ",") {
			bare := strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
			wrong = wrong || addresses != "host-gateway" && net.ParseIP(bare) == nil
		}
		if wrong {
			return fmt.Errorf("--add-host %q is no host and address; give it as HOST:IP", text)
		}
	}
	return nil
}

// checkNetwork knows the networks that BuildKit has.
func (r Request) checkNetwork() error {
	if !slices.Contains([]string{"", "default", "host", "none"}, r.Network) {
		return fmt.Errorf("--network %q is none that a build can have; use default, host or none", r.Network)
	}
	return nil
}

// checkTarget looks for the stage in a Dockerfile that is a file here, where BuildKit's own frontend is to read it.
func (r Request) checkTarget() error {
	text := r.text(r.dockerfile())
	if r.Target == "" || text == nil {
		return nil
	}
	if frontend, _, _, other := parser.DetectSyntax(text); other && !strings.HasPrefix(frontend, "docker/dockerfile") {
		return nil
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil //nolint:nilerr // a newer frontend may understand it
	}
	stages, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{}))
	if err != nil {
		return nil //nolint:nilerr // a newer frontend may understand it
	}
	return targetAmong(stages, r.Target)
}

// targetAmong finds a stage by its name; BuildKit does not take its number.
func targetAmong(stages []instructions.Stage, target string) error {
	if _, found := instructions.HasStage(stages, target); found {
		return nil
	}
	var names []string
	for _, stage := range stages {
		if stage.Name != "" {
			names = append(names, stage.Name)
		}
	}
	if names == nil {
		return fmt.Errorf("--target %q is no stage of the Dockerfile: its stages have no names; give one a name with "+
			"AS", target)
	}
	return fmt.Errorf("--target %q is no stage of the Dockerfile, which has %s", target, strings.Join(names, ", "))
}
