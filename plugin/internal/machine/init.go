package machine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/docker/buildx/util/progress"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/binfmt"
	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// InitRequest says what init is to make of the machine.
type InitRequest struct {
	// Builder is the builder's name; empty: our own.
	Builder string
	Asked   platform.Choice
	// Named is true where the user named the platforms: then those of an earlier init do not count. Every is true where
	// they are all there are, so that nobody misses one that nothing here is for.
	Named, Every bool

	// BinfmtImage is the image that installs the emulators.
	BinfmtImage string
	// Persist has the emulators registered again whenever the engine starts.
	Persist bool

	// The settings of a new builder, as of docker buildx create.
	Driver         string
	BuildkitImage  string
	DriverOpts     []string
	BuildkitdFlags string
	ConfigFile     string
	Use            bool
	Nodes          []create.NodeSpec
	// RemoveNodes are the names or endpoints of nodes that the builder is not to have any more.
	RemoveNodes []string
	// Recreate replaces a builder that is not as asked for.
	Recreate bool
}

// Init is one run of init.
type Init struct {
	state
	request   InitRequest
	asked     platform.Choice
	created   create.Created
	installed binfmt.Installation
	rows      []Readiness
	// changes say what this run has changed.
	changes []string
}

// NewInit contacts nothing. The display gets every step as it is taken.
func NewInit(h dockercli.Host, request InitRequest, display progress.Writer) *Init {
	return &Init{state: state{host: h, display: display}, request: request, asked: request.Asked}
}

// Run changes the machine until every platform runs, as far as that can be done, and tells what came of it.
func (i *Init) Run(ctx context.Context) (Report, error) {
	if err := i.inspect(ctx, i.asksFor(), i.request.Persist); err != nil {
		return Report{}, err
	}
	unlock, err := i.Lock(ctx)
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	i.begin()
	i.remarks = append(i.remarks, SweepAll(ctx, i.host)...)
	if err := i.prepareBuilder(ctx); err != nil {
		return Report{}, err
	}
	if err := i.prepareEmulators(ctx); err != nil {
		return Report{}, err
	}
	i.keepProven()
	if err := WriteRecord(i.host, i.record); err != nil {
		return Report{}, err
	}
	return i.report(), nil
}

// Made is the builder that this run has made, empty where it has made none.
func (i *Init) Made() string {
	if i.created.Reused {
		return ""
	}
	return i.created.Name
}

// prepareEmulators makes every platform run in the engine and in the builder, and finds out what explains it.
func (i *Init) prepareEmulators(ctx context.Context) error {
	if i.absent {
		i.rows = i.rowsWithout(i.asked.Platforms, i.request.Every)
	} else {
		findings, err := i.emulators(ctx)
		if err != nil {
			return err
		}
		i.rows = i.rowsOf(findings, i.request.Every)
	}
	if err := probeInBuilder(ctx, i.builder, i.rows, i.display); err != nil {
		return err
	}
	if err := i.persist(ctx); err != nil {
		return err
	}
	seen, err := i.look(ctx, i.request.BinfmtImage)
	if err != nil {
		return err
	}
	for n := range i.rows {
		i.rows[n].explain(seen)
		i.blame(&i.rows[n], seen)
	}
	i.warn(seen.Table, i.asked.Platforms)
	return nil
}

// begin reads what an earlier init has found. Where the user names no platform, those that it has proven stay.
func (i *Init) begin() {
	r, err := ReadRecord(i.host)
	if err == nil && !i.request.Named {
		i.asked, err = withProven(r.Proven(i.builderName(i.request.Builder), i.host.Endpoint()), i.request.Asked)
	}
	if err != nil {
		r = Record{} // deinit cannot know any more what was added before
		i.remarks = append(i.remarks, err.Error()+"; it is begun anew")
	}
	i.record = r
}

// withProven puts the platforms that were proven before those that were chosen now.
func withProven(proven []string, now platform.Choice) (platform.Choice, error) {
	if len(proven) == 0 {
		return now, nil
	}
	list, err := platform.Parse(proven)
	if err != nil {
		return now, fmt.Errorf("reading the platforms of an earlier init: %w", err)
	}
	return platform.Choice{Platforms: list, From: "an earlier init"}.Before(now), nil
}

// Check refuses settings that no builder can have. Nothing is contacted.
func (r InitRequest) Check(ctx context.Context, h dockercli.Host) error {
	return create.Check(ctx, h.Builders(), r.config(r.Builder))
}

// config is the builder that is asked for, of that name.
func (r InitRequest) config(name string) create.Config {
	return create.Config{
		Name:           name,
		Named:          r.Builder != "",
		Driver:         r.Driver,
		DriverOpts:     r.DriverOpts,
		BuildkitdFlags: r.BuildkitdFlags,
		ConfigFile:     r.ConfigFile,
		Image:          r.BuildkitImage,
		Use:            r.Use,
		Recreate:       r.Recreate,
		Nodes:          r.Nodes,
		RemoveNodes:    r.RemoveNodes,
	}
}

// asksFor is the builder that is asked for.
func (i *Init) asksFor() create.Config { return i.request.config(i.builderName(i.request.Builder)) }

// config is asksFor with what follows from the engine.
func (i *Init) config() (create.Config, error) {
	reach, err := create.RegistryConfigOf(i.engine, create.CertificateFolders(i.host.Builders())...)
	config := i.asksFor()
	config.Registries, config.Proxies = reach, i.engine.Proxies
	return config, err
}

// builderFailed adds to what is wrong with the builder which one it is, and whose; gone tells that it was taken back.
func (i *Init) builderFailed(err error, gone bool) error {
	if errors.Is(err, errdefs.ErrInput) {
		return err
	}
	name := i.builderName(i.request.Builder)
	there, looked := i.host.Builders().Exists(name)
	return &BuilderError{
		Amiss: Amiss{err}, Name: name, Ours: gone || slices.Contains(i.record.Builders, name), Stays: !gone,
		Contained: i.created.Driver == builder.ContainerDriver,
		Absent:    !gone && looked == nil && !there,
	}
}

// keepProven notes what came of an init. One that leaves something missing adds what runs, and takes nothing away.
func (i *Init) keepProven() {
	name, engine := i.builderName(i.request.Builder), i.host.Endpoint()
	var proven []string
	lacks := func(row Readiness) bool { return row.lacks() && !row.optional }
	if slices.ContainsFunc(i.rows, lacks) {
		proven = slices.Clone(i.record.Proven(name, engine))
	}
	for _, ready := range readyPlatforms(i.rows) {
		if !slices.Contains(proven, ready) {
			proven = append(proven, ready)
		}
	}
	i.record.prove(name, engine, proven)
}
