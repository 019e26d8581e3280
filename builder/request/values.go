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
		r.checkAddresses, r.checkSession, r.checkHosts, r.checkNetwork, r.checkTarget, r.checkAttestations, r.checkCaches,
		r.checkContexts, r.checkLimits, r.checkEpochArgument,
	} {
		if err := check(); err != nil {
			return errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	return nil
}

// checkSession looks for the sources of secrets and SSH agents.
func (r Request) checkSession() error {
	_, err := r.lent(nil)
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
	if r.Target == "" {
		return nil
	}
	stages, known := r.stages()
	if !known {
		return nil
	}
	return targetAmong(stages, r.Target)
}

// stages are those of a Dockerfile that is a file here, as BuildKit's own frontend reads it; known is false for others,
// and for what only a newer frontend may understand.
func (r Request) stages() (stages []instructions.Stage, known bool) {
	text := r.text(r.dockerfile())
	if text == nil {
		return nil, false
	}
	if frontend, _, _, other := parser.DetectSyntax(text); other && !strings.HasPrefix(frontend, "docker/dockerfile") {
		return nil, false
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, false
	}
	stages, _, err = instructions.Parse(parsed.AST, linter.New(&linter.Config{}))
	return stages, err == nil
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
