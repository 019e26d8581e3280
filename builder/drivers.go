package builder

import (
	// The drivers register themselves with buildx.
	_ "github.com/docker/buildx/driver/docker"
	_ "github.com/docker/buildx/driver/docker-container"
	_ "github.com/docker/buildx/driver/kubernetes"
	_ "github.com/docker/buildx/driver/remote"
	// The codec is what BuildKit's own clients use: without it a large build context is copied once more.
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto"
)

// The drivers that are told apart here, by buildx's names.
const (
	ContainerDriver  = "docker-container"
	DockerDriver     = "docker"
	RemoteDriver     = "remote"
	KubernetesDriver = "kubernetes"
)
