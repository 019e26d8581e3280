package create

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/util/confutil"
	"github.com/google/shlex"
	"github.com/pelletier/go-toml/v2"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// buildkitdFile is the name buildx stores a builder's buildkitd.toml under.
const buildkitdFile = "buildkitd.toml"

// differences says in what an existing builder is not as these settings ask. What they do not speak of may be
// anything: a limit of memory that somebody gave the builder is nobody else's affair.
func (s settings) differences(client *builder.Client, group *store.NodeGroup) ([]string, error) {
	asked := s.config.Driver
	if group.Driver == builder.DockerDriver && asked == "" {
		asked = driverOf(s.config)
	}
	switch {
	case asked != "" && asked != group.Driver:
		return []string{fmt.Sprintf("its driver is %q, not %q", group.Driver, asked)}, nil
	case len(group.Nodes) == 0:
		return []string{"it has no node"}, nil
	}
	nodes, err := nodeDifferences(group, s.config.specs(group.Driver))
	if err != nil {
		return nil, err
	}
	if group.Driver != builder.ContainerDriver {
		own, err := s.clusterDifferences(group)
		return slices.Concat(own, nodes), err
	}
	own, err := s.engineDifferences(client, group.Nodes[0])
	return slices.Concat(own, nodes), err
}

// engineDifferences compares the node in the engine in use.
func (s settings) engineDifferences(client *builder.Client, node store.Node) ([]string, error) {
	endpoint, err := currentEndpoint(client)
	if err != nil {
		return nil, err
	}
	var out []string
	if node.Endpoint != endpoint {
		out = append(out, fmt.Sprintf("its endpoint is %q, not %q", node.Endpoint, endpoint))
	}
	options, err := optionDifferences(node, s.driverOpts())
	if err != nil {
		return nil, err
	}
	flags, err := flagDifferences(node, s.config.BuildkitdFlags)
	if err != nil {
		return nil, err
	}
	files, err := s.fileDifferences(node)
	return slices.Concat(out, options, flags, files), err
}

// clusterDifferences compares what is said for all nodes with each, where none is named: those that are named have been
// compared with that. What their daemons run with is said for all in any case.
func (s settings) clusterDifferences(group *store.NodeGroup) (out []string, err error) {
	for _, node := range group.Nodes {
		var found []string
		if len(s.config.Nodes) == 0 {
			if found, err = optionDifferences(node, quotedOptions(s.config.overrides(group.Driver))); err != nil {
				return nil, err
			}
		}
		flags, err := flagDifferences(node, s.config.BuildkitdFlags)
		if err != nil {
			return nil, err
		}
		given := s // what follows from the engine in use is not for nodes elsewhere
		if given.config.ConfigFile == "" {
			given.configFile = ""
		}
		files, err := given.fileDifferences(node)
		if err != nil {
			return nil, err
		}
		for _, difference := range slices.Concat(found, flags, files) {
			out = append(out, fmt.Sprintf("its node %q: %s", node.Name, difference))
		}
	}
	return out, nil
}

// optionDifferences compares the driver options that are asked for.
func optionDifferences(node store.Node, driverOpts []string) ([]string, error) {
	var out []string
	for _, opt := range driverOpts {
		fields, err := keyvalue.Fields(opt)
		if err != nil {
			return nil, errdefs.Classify(fmt.Errorf("reading --driver-opt %q: %w", shownOptions(opt), err), errdefs.ErrInput)
		}
		for _, field := range fields {
			key, value, _ := strings.Cut(field, "=")
			has, set := node.DriverOpts[key]
			switch {
			case set && has == value:
			case !OpenOption(key): // it may hold a password
				out = append(out, "it has another value of the driver option "+key)
			case !set:
				out = append(out, fmt.Sprintf("it lacks the driver option %s=%s", key, value))
			default:
				out = append(out, fmt.Sprintf("its driver option %s is %q, not %q", key, has, value))
			}
		}
	}
	return out, nil
}

// flagDifferences compares the flags of buildkitd that are asked for.
func flagDifferences(node store.Node, flags string) ([]string, error) {
	asked, err := shlex.Split(flags)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading --buildkitd-flags %q: %w", shownFlags(flags), err), errdefs.ErrInput)
	}
	var out []string
	before := ""
	for _, flag := range asked {
		if !slices.Contains(node.BuildkitdFlags, flag) {
			shown := strings.TrimPrefix(shownFlags(before+flag), shownFlags(before))
			out = append(out, fmt.Sprintf("it lacks the buildkitd flag %q", shown))
		}
		before = flag + " "
	}
	return out, nil
}

// fileDifferences compares the settings file and the certificates it names. One that the user gave has to be the
// same; of one that follows from the engine every registry has to be there.
func (s settings) fileDifferences(node store.Node) ([]string, error) {
	if s.configFile == "" {
		return nil, nil
	}
	want, err := confutil.LoadConfigFiles(s.configFile)
	if err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading the builder's settings: %w", err), errdefs.ErrInput)
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if name != buildkitdFile && !bytes.Equal(want[name], node.Files[name]) {
			out = append(out, fmt.Sprintf("it has another file %s", name))
		}
	}
	if s.config.ConfigFile != "" {
		if !bytes.Equal(want[buildkitdFile], node.Files[buildkitdFile]) {
			out = append(out, fmt.Sprintf("its settings are not those of %q", s.config.ConfigFile))
		}
		return out, nil
	}
	registries, err := registriesIn(want[buildkitdFile])
	if err != nil {
		return nil, err
	}
	existing, err := registriesIn(node.Files[buildkitdFile])
	if err != nil {
		return nil, err
	}
	for _, host := range slices.Sorted(maps.Keys(registries)) {
		if !reflect.DeepEqual(registries[host], existing[host]) {
			out = append(out, fmt.Sprintf("it does not know the registry %q as the engine does", host))
		}
	}
	return out, nil
}

// registriesIn are the registries of a buildkitd.toml, by their hosts.
func registriesIn(text []byte) (map[string]any, error) {
	var file struct {
		Registries map[string]any `toml:"registry"`
	}
	if err := toml.Unmarshal(text, &file); err != nil {
		return nil, errdefs.Classify(fmt.Errorf("reading the settings of an existing builder: %w", err), errdefs.ErrNotReady)
	}
	return file.Registries, nil
}
