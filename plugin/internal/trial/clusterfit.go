package trial

import (
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/cluster"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest/structure"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// podNetwork is the network of tests in a cluster: no pod is without one. What it does, nobody knows.
const podNetwork = "of the cluster"

// emulatorsOfNodes says how nodes get emulators.
const emulatorsOfNodes = "pods of a builder install emulators on the nodes where they run, where it is made with " +
	"--driver-opt " + builder.InstallOption + "=true"

// inPods are tests as pods run them: with their network, and with the bound of processes that their node has.
func inPods(tests localtest.Spec) localtest.Spec {
	tests.Network, tests.PIDs = podNetwork, 0
	tests.Advice.Runner, tests.Advice.Emulator = "the node of this cluster", emulatorsOfNodes
	return tests
}

// CheckClusters refuses tests in clusters that cannot be run there as an engine runs them.
func (p Plan) CheckClusters() error {
	check := func(w Wanted, of ocispec.Platform) error {
		for _, s := range w.On {
			apart := of.OS != "" && !platform.Satisfies(of, s.Platform) && !platform.Satisfies(s.Platform, of)
			if !cluster.IsPlace(s.Place) || apart {
				continue
			}
			if why := p.unfit(w.Tests); why != "" {
				return failure.Usage("--test-on %s=%s: %s; test it on an engine", platform.Format(s.Platform), s.Place, why)
			}
		}
		return nil
	}
	if len(p.Own) == 0 {
		return check(p.Wanted, ocispec.Platform{})
	}
	for _, own := range p.Own {
		for _, w := range []Wanted{own.Native, own.Emulated} {
			if err := check(w, own.Platform); err != nil {
				return err
			}
		}
	}
	return nil
}

// unfit is why tests cannot be run in a cluster; empty: they can.
func (p Plan) unfit(tests localtest.Spec) string {
	switch {
	case p.Mode == Manual:
		return "a person tries an image in an engine"
	case p.Here:
		return "--load needs an engine"
	case len(tests.Scripts) > 0:
		return "--test-script is given the image in an engine"
	case len(tests.Stacks) > 0:
		return "--test-compose starts services in an engine"
	case len(tests.Dialogues) > 0:
		return "--test-stdin wants standard output alone, and a cluster keeps it in one with standard error"
	case tests.Network != "" && tests.Network != localtest.NoNetwork:
		return fmt.Sprintf("--test-network %s is a network of an engine, and pods have that of their cluster", tests.Network)
	case tests.Strict:
		return "--test-sandbox strict is not to be had in a pod"
	case tests.PIDs != localtest.DefaultPIDs:
		return "--test-pids is for the nodes of a cluster to say"
	}
	for _, entry := range tests.Env {
		if !strings.Contains(entry, "=") {
			return fmt.Sprintf("--test-env %s takes a variable of the image away, which pods do not", entry)
		}
	}
	for _, file := range tests.Files {
		if why := unfitFile(file); why != "" {
			return fmt.Sprintf("%s: %s", file.Name, why)
		}
	}
	return ""
}

// unfitFile is why the tests of a file cannot be run in a cluster.
func unfitFile(file structure.File) string {
	if len(file.ContainerRunOptions.BindMounts) > 0 {
		return "bindMounts are of this machine"
	}
	for _, entry := range file.RunEnv {
		if !strings.Contains(entry, "=") {
			return fmt.Sprintf("the variable %s would be taken away, which pods do not", entry)
		}
	}
	for _, t := range file.CommandTests {
		switch {
		case len(t.Setup)+len(t.Teardown) > 0:
			return fmt.Sprintf("%s: setup and teardown go on with what a container has left, which no pod does", t.Name)
		case len(t.ExpectedOutput)+len(t.ExcludedOutput)+len(t.ExpectedError)+len(t.ExcludedError) > 0:
			return fmt.Sprintf("%s: a cluster keeps standard output and error in one, and this test wants one of them", t.Name)
		}
	}
	return ""
}
