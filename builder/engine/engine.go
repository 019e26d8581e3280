package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/api/types/system"
	dockerclient "github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/security"
	"github.com/moby/moby/client/pkg/versions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// MinimumAPI is the oldest Engine API this program works with: Engine 23.0, the first whose image load
// reads OCI layouts.
const MinimumAPI = "1.42"

// API is what [Inspect] needs of the Engine API.
type API interface {
	Ping(ctx context.Context, options dockerclient.PingOptions) (dockerclient.PingResult, error)
	Info(ctx context.Context, options dockerclient.InfoOptions) (dockerclient.SystemInfoResult, error)
	ServerVersion(ctx context.Context, options dockerclient.ServerVersionOptions) (dockerclient.ServerVersionResult, error)
	DaemonHost() string
}

// Engine holds what the rest of the program wants to know of a Docker Engine.
type Engine struct {
	// Host is the address the engine was reached at.
	Host string
	// Version is the engine's own, such as 29.9.0.
	Version string
	// Platform is what the engine runs without an emulator.
	Platform ocispec.Platform
	// ContainerdStore is true where images are kept in the containerd image store, false on a classic
	// graph driver such as overlay2.
	ContainerdStore bool
	// Cores and Memory (in bytes) are those of the engine's host; 0 is unknown.
	Cores  int
	Memory int64
	// Mirrors are the registry mirrors of Docker Hub, as URLs (dockerd --registry-mirror).
	Mirrors []string
	// Insecure are the registries named as insecure (dockerd --insecure-registry), in order. Networks given
	// as CIDR are not among them: every engine lists 127.0.0.0/8 there.
	Insecure []string
	// Name and Kernel are the host name and the kernel's release, as the engine tells them.
	Name, Kernel string
	// Rootless engines run in a user namespace, as do all containers of one with userns-remap (UserNamespaces).
	Rootless, UserNamespaces bool
	// Proxies are the proxy variables the engine itself uses, such as HTTPS_PROXY. It masks their passwords.
	Proxies map[string]string
}

// Inspect reads the facts of the engine behind api. An engine that does not answer, is too old, or does
// not run Linux containers gives an error of class [errdefs.ErrNotReady].
func Inspect(ctx context.Context, api API) (Engine, error) {
	limited, cancel := context.WithTimeoutCause(ctx, answerLimit, &silentError{})
	defer cancel()
	ping, err := api.Ping(limited, dockerclient.PingOptions{})
	if err != nil {
		return Engine{}, errdefs.Classify(
			fmt.Errorf("reaching the engine at %s: %w", api.DaemonHost(), Explained(heard(limited, err), api.DaemonHost())),
			errdefs.ErrNotReady,
		)
	}
	if ping.APIVersion != "" && versions.LessThan(ping.APIVersion, MinimumAPI) {
		return Engine{}, errdefs.Classify(
			fmt.Errorf("the engine at %s speaks API %s; %s (Docker Engine 23.0) is the oldest that works%s",
				api.DaemonHost(), ping.APIVersion, MinimumAPI, podmanNote(limited, api)),
			errdefs.ErrNotReady,
		)
	}
	res, err := api.Info(limited, dockerclient.InfoOptions{})
	if err != nil {
		return Engine{}, errdefs.Classify(
			fmt.Errorf("asking the engine at %s for its facts: %w%s", api.DaemonHost(), heard(limited, err),
				podmanNote(limited, api)),
			errdefs.ErrNotReady,
		)
	}
	return engineOf(api.DaemonHost(), res.Info)
}

// answerLimit is how long an engine may take to say what it is.
const answerLimit = 30 * time.Second

// silentError says that an engine takes requests and does not answer.
type silentError struct{}

// Error implements error.
func (*silentError) Error() string { return fmt.Sprintf("it does not answer (waited %s)", answerLimit) }

// heard is an error of a request, or that the engine does not answer.
func heard(limited context.Context, err error) error {
	if silent, ok := errors.AsType[*silentError](context.Cause(limited)); ok {
		return silent
	}
	return err
}

// engineOf takes what is wanted out of what an engine says of itself.
func engineOf(host string, info system.Info) (Engine, error) {
	platform, err := platforms.Parse(info.OSType + "/" + info.Architecture)
	if err != nil {
		return Engine{}, errdefs.Classify(fmt.Errorf("the engine at %s names an unknown platform %q: %w",
			host, info.OSType+"/"+info.Architecture, err), errdefs.ErrNotReady)
	}
	e := Engine{
		Host:            host,
		Version:         info.ServerVersion,
		Platform:        platforms.Normalize(platform),
		ContainerdStore: hasContainerdStore(info),
		Cores:           info.NCPU,
		Memory:          info.MemTotal,
		Name:            info.Name,
		Kernel:          info.KernelVersion,
		Proxies:         proxiesOf(info),
	}
	for _, option := range security.DecodeOptions(info.SecurityOptions) {
		e.Rootless = e.Rootless || option.Name == "rootless"
		e.UserNamespaces = e.UserNamespaces || option.Name == "userns"
	}
	if info.RegistryConfig != nil {
		e.Mirrors = slices.Clone(info.RegistryConfig.Mirrors)
		e.Insecure = insecureByName(info.RegistryConfig)
	}
	return e, nil
}

// hasContainerdStore tells where images are kept, as buildx does to know whether an engine imports OCI layouts.
func hasContainerdStore(info system.Info) bool {
	return slices.ContainsFunc(info.DriverStatus, func(status [2]string) bool {
		return status[0] == "driver-type" && status[1] == "io.containerd.snapshotter.v1"
	})
}

// insecureByName are the registries that an engine names as insecure, in order.
func insecureByName(config *registry.ServiceConfig) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(config.IndexConfigs)) {
		if index := config.IndexConfigs[name]; index != nil && !index.Secure {
			out = append(out, name)
		}
	}
	return out
}

// Jobs is how many platforms to build and test at once: two for each core, because much of a build is waiting, but
// not more than there are gigabytes of memory for.
func (e Engine) Jobs() int {
	jobs := 2 * e.Cores
	if e.Cores == 0 {
		jobs = 2 * runtime.NumCPU()
	}
	if memory := int(e.Memory >> 30); e.Memory > 0 && memory < jobs {
		jobs = memory
	}
	return max(1, jobs)
}

// Native tells whether the engine runs programs of p without an emulator.
func (e Engine) Native(p ocispec.Platform) bool {
	return platforms.Only(e.Platform).Match(p)
}

// OnLoopback tells whether HOST[:PORT] is this machine's loopback, which a container has of its own.
func OnLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
