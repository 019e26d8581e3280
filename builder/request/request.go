package request

import (
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/containerd/containerd/v2/pkg/epoch"
	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	dockeropts "github.com/docker/cli/opts"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/moby/api/types/container"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/filesums"
)

// Request is one build of several platforms. Fields named after a flag hold its values as the user spelled
// them, with the meaning they have in `docker buildx build`.
type Request struct {
	// Context is a folder, a Git or HTTP URL, or "-" for Stdin (PATH | URL | -).
	Context string
	// Stdin is read when Context or File is "-".
	Stdin io.Reader
	// Platforms are solved each on its own, all at once.
	Platforms []ocispec.Platform
	// Names are the final names of the image; provenance carries them.
	Names []string

	// Inline is the text of the Dockerfile where that is no file; it goes before File.
	Inline string
	// State is the build context where that is a part of a remote source: Context then only names it.
	State *llb.State
	// Contexts are further build contexts beside BuildContexts, under exactly these names. One at target:NAME is what is
	// built of another request for the platform.
	Contexts map[string]buildxbuild.NamedContext
	// Exporter are attributes of the exporter, such as compression.
	Exporter map[string]string
	// Stage are the repositories that the nodes push the images to, by digest. Then no layer of them comes here.
	Stage Stage

	File          string              // --file
	Target        string              // --target
	BuildArgs     []string            // --build-arg
	Labels        []string            // --label
	Annotations   []string            // --annotation; see [Request.IndexAnnotations]
	BuildContexts []string            // --build-context
	Secrets       []string            // --secret
	SSH           []string            // --ssh
	CacheFrom     []string            // --cache-from
	CacheTo       []string            // --cache-to
	NoCache       bool                // --no-cache
	NoCacheFilter []string            // --no-cache-filter
	Pull          bool                // --pull
	Network       string              // --network
	AddHosts      []string            // --add-host
	Allow         []string            // --allow
	CgroupParent  string              // --cgroup-parent
	Provenance    string              // --provenance
	SBOM          string              // --sbom
	Attest        []string            // --attest
	Resources     []string            // --resource
	Policies      []string            // --policy
	ShmSize       int64               // --shm-size, in bytes
	Ulimits       []*container.Ulimit // --ulimit

	// Written are the files that are written when the build is done: of a context they are no part.
	Written []string
	// Whole says that all files of the contexts count as sources, not only those that the Dockerfile takes: ONBUILD of a
	// base image may take any.
	Whole bool
	// RewriteTimestamps sets the times of files in the layers that are later than SOURCE_DATE_EPOCH to that.
	RewriteTimestamps bool
	// Pins are the digests that sources are held to, by the URIs that provenance has for them.
	Pins map[string]digest.Digest
	// Sums are what files of contexts were hashed to before; nil: each is read.
	Sums *filesums.Kept
	// Jobs bounds how many solves run at once; 0 is no bound.
	Jobs int
}

// Check parses everything that can be wrong without contacting anything; its errors are of class [errdefs.ErrInput].
func (r Request) Check() error {
	if _, err := r.options(); err != nil {
		return err
	}
	return r.checkValues()
}

// options are the parts of the request that are the same for every platform, as buildx wants them.
func (r Request) options() (buildxbuild.Options, error) {
	o := buildxbuild.Options{
		Inputs: buildxbuild.Inputs{
			ContextPath: r.Context, ContextState: r.State, DockerfilePath: r.File, DockerfileInline: r.Inline,
		},
		CgroupParent:  r.CgroupParent,
		ExtraHosts:    r.AddHosts,
		NetworkMode:   r.Network,
		NoCache:       r.NoCache,
		NoCacheFilter: r.NoCacheFilter,
		Pull:          r.Pull,
		ShmSize:       dockeropts.MemBytes(r.ShmSize),
		Tags:          r.Names,
		Target:        r.Target,
		Ulimits:       r.ulimits(),
	}
	for _, set := range []func(*buildxbuild.Options) error{
		r.setValues, r.setAttestations, r.setContexts, r.setCaches, r.setEntitlements, r.setAnnotations,
		r.setPolicies,
	} {
		if err := set(&o); err != nil {
			return o, errdefs.Classify(err, errdefs.ErrInput)
		}
	}
	if r.NoCache && len(r.NoCacheFilter) > 0 {
		return o, errdefs.Classify(fmt.Errorf("--no-cache and --no-cache-filter exclude each other"), errdefs.ErrInput)
	}
	return o, nil
}

// ulimits are --ulimit as buildx wants them.
func (r Request) ulimits() *dockeropts.UlimitOpt {
	byName := make(map[string]*container.Ulimit, len(r.Ulimits))
	for _, limit := range r.Ulimits {
		byName[limit.Name] = limit
	}
	return dockeropts.NewUlimitOpt(&byName)
}

// setValues takes arguments and labels.
func (r Request) setValues(o *buildxbuild.Options) (err error) {
	if o.BuildArgs, err = pairs("--build-arg", r.BuildArgs, os.LookupEnv); err != nil {
		return err
	}
	if _, given := o.BuildArgs[epoch.SourceDateEpochEnv]; !given {
		if v := os.Getenv(epoch.SourceDateEpochEnv); v != "" {
			o.BuildArgs[epoch.SourceDateEpochEnv] = v
		}
	}
	o.Labels, err = pairs("--label", r.Labels, func(string) (string, bool) { return "", true })
	return err
}

// pairs reads KEY=VALUE; a KEY alone takes the value that unset gives, or is left out.
func pairs(flag string, values []string, unset func(string) (string, bool)) (map[string]string, error) {
	out := make(map[string]string, len(values))
	for _, text := range values {
		key, value, ok := strings.Cut(text, "=")
		if key == "" {
			return nil, fmt.Errorf("%s %q has no name before the =", flag, text)
		}
		if !ok {
			if value, ok = unset(key); !ok {
				continue
			}
		}
		out[key] = value
	}
	return out, nil
}

// setAttestations takes provenance, SBOM and other attestations.
func (r Request) setAttestations(o *buildxbuild.Options) error {
	values := append([]string(nil), r.Attest...)
	if r.Provenance != "" {
		values = append(values, buildflags.CanonicalizeAttest("provenance", r.Provenance))
	}
	if r.SBOM != "" {
		values = append(values, buildflags.CanonicalizeAttest("sbom", r.SBOM))
	}
	attests, err := buildflags.ParseAttests(values)
	if err != nil {
		return fmt.Errorf("reading --attest, --provenance or --sbom: %w", err)
	}
	o.Attests = attests.ToMap()
	return nil
}

// setContexts takes the further build contexts.
func (r Request) setContexts(o *buildxbuild.Options) error {
	named, err := parsed("build-context", contextForm, r.BuildContexts, buildflags.ParseContextNames)
	if err != nil {
		return err
	}
	o.Inputs.NamedContexts = make(map[string]buildxbuild.NamedContext, len(named))
	for name, path := range named {
		o.Inputs.NamedContexts[name] = buildxbuild.NamedContext{Path: path}
	}
	maps.Copy(o.Inputs.NamedContexts, r.Contexts)
	return nil
}

// setCaches only checks them: each platform gets its own.
func (r Request) setCaches(*buildxbuild.Options) error {
	if len(r.Platforms) == 0 {
		r.Platforms = []ocispec.Platform{{OS: "linux", Architecture: "amd64"}} // any will do
	}
	_, _, err := r.caches(r.Platforms[0])
	return err
}

// setEntitlements takes what the build is allowed to do.
func (r Request) setEntitlements(o *buildxbuild.Options) (err error) {
	o.Allow, err = parsed("allow", allowForm, r.Allow, func(values []string) ([]string, error) {
		allowed, _, err := buildflags.ParseEntitlements(values)
		return allowed, err
	})
	return err
}

// setPolicies takes limits of resources and policies.
func (r Request) setPolicies(o *buildxbuild.Options) (err error) {
	o.ResourceLimits, err = parsed("resource", resourceForm, r.Resources, buildxbuild.ParseResourceLimits)
	if err != nil {
		return err
	}
	if o.Policy, err = parsed("policy", policyForm, r.Policies, buildflags.ParsePolicyConfigs); err != nil {
		return err
	}
	return r.findPolicies(o.Policy)
}
