package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// initRequest says what init is to make of the machine.
type initRequest struct {
	// builder is the builder's name; empty: our own.
	builder string
	asked   manifest.PlatformChoice
	// named is true where the user named the platforms: then those of an earlier init do not count. every is true where
	// they are all there are, so that nobody misses one that nothing here is for.
	named, every bool

	// binfmtImage is the image that installs the emulators.
	binfmtImage string
	// persist has the emulators registered again whenever the engine starts.
	persist bool

	// The settings of a new builder, as of docker buildx create.
	buildkitImage  string
	driverOpts     []string
	buildkitdFlags string
	configFile     string
	use            bool
	nodes          []builder.NodeSpec
	// recreate replaces a builder that is not as asked for.
	recreate bool
}

// machineInit is one run of init.
type machineInit struct {
	state
	request   initRequest
	asked     manifest.PlatformChoice
	created   builder.Created
	installed binfmt.Installation
	rows      []readiness
	// changes say what this run has changed.
	changes []string
}

// newMachineInit contacts nothing. The display gets every step as it is taken.
func newMachineInit(h host, request initRequest, display progress.Writer) *machineInit {
	return &machineInit{state: state{host: h, display: display}, request: request, asked: request.asked}
}

// run changes the machine until every platform runs, as far as that can be done, and tells what came of it.
func (i *machineInit) run(ctx context.Context) (machineReport, error) {
	if err := i.inspect(ctx); err != nil {
		return machineReport{}, err
	}
	unlock, err := i.lock(ctx)
	if err != nil {
		return machineReport{}, err
	}
	defer unlock()
	i.begin()
	if err := i.prepareBuilder(ctx); err != nil {
		return machineReport{}, err
	}
	if err := i.prepareEmulators(ctx); err != nil {
		return machineReport{}, err
	}
	i.record.Platforms = readyPlatforms(i.rows)
	if err := writeMachine(i.host, i.record); err != nil {
		return machineReport{}, err
	}
	return i.report(), nil
}

// prepareEmulators makes every platform run in the engine and in the builder, and finds out what explains it.
func (i *machineInit) prepareEmulators(ctx context.Context) error {
	findings, err := i.emulators(ctx)
	if err != nil {
		return err
	}
	i.rows = i.rowsOf(findings, i.request.every)
	if err := probeInBuilder(ctx, i.builder, i.rows, i.display); err != nil {
		return err
	}
	if err := i.persist(ctx); err != nil {
		return err
	}
	seen, err := i.look(ctx, i.request.binfmtImage)
	if err != nil {
		return err
	}
	for n := range i.rows {
		i.rows[n].explain(seen)
		i.blame(&i.rows[n], seen)
	}
	i.warn(seen.table, i.asked.Platforms)
	return nil
}

// begin reads what an earlier init has found. Where the user names no platform, those that it has proven stay.
func (i *machineInit) begin() {
	r, err := readMachine(i.host)
	if err == nil && !i.request.named {
		i.asked, err = withProven(r.Platforms, i.request.asked)
	}
	if err != nil {
		r = machineRecord{} // deinit cannot know any more what was added before
		i.remarks = append(i.remarks, err.Error()+"; it is begun anew")
	}
	i.record = r
}

// withProven puts the platforms that were proven before those that were chosen now.
func withProven(proven []string, now manifest.PlatformChoice) (manifest.PlatformChoice, error) {
	if len(proven) == 0 {
		return now, nil
	}
	list, err := manifest.ParsePlatforms(proven)
	if err != nil {
		return now, fmt.Errorf("reading the platforms of an earlier init: %w", err)
	}
	return manifest.PlatformChoice{Platforms: list, From: "an earlier init"}.Before(now), nil
}

// prepareBuilder makes the builder, or takes the one that is there, and starts it.
func (i *machineInit) prepareBuilder(ctx context.Context) error {
	config, err := i.config()
	if err != nil {
		return err
	}
	i.created, err = builder.Create(ctx, i.host.builders(), config)
	if err != nil {
		return i.builderFailed(err)
	}
	i.changes = append(i.changes, i.created.Notes...)
	if !i.created.Reused {
		if !slices.Contains(i.record.Builders, i.created.Name) {
			i.record.Builders = append(i.record.Builders, i.created.Name)
		}
		if err := writeMachine(i.host, i.record); err != nil { // deinit must know of it whatever comes next
			return err
		}
	}
	if i.builder, err = i.host.builders().Boot(ctx, i.created.Name, i.display); err != nil {
		return i.builderFailed(err)
	}
	return nil
}

// config is the builder that is asked for.
func (i *machineInit) config() (builder.Config, error) {
	reach, err := builder.ReachOf(i.engine, builder.CertificateFolders(i.host.builders())...)
	return builder.Config{
		Name:           i.builderName(i.request.builder),
		Named:          i.request.builder != "",
		DriverOpts:     i.request.driverOpts,
		BuildkitdFlags: i.request.buildkitdFlags,
		ConfigFile:     i.request.configFile,
		Image:          i.request.buildkitImage,
		Use:            i.request.use,
		Recreate:       i.request.recreate,
		Reach:          reach,
		Proxies:        i.engine.Proxies,
		Nodes:          i.request.nodes,
	}, err
}

// builderFailed adds to what is wrong with the builder which one it is, and whose.
func (i *machineInit) builderFailed(err error) error {
	if errors.Is(err, builder.ErrInput) {
		return err
	}
	name := i.builderName(i.request.builder)
	return &builderError{amiss: amiss{err}, name: name, ours: slices.Contains(i.record.Builders, name)}
}
