package builder

// The drivers register themselves with buildx. The codec is what BuildKit's own clients use: without it a
// large build context is copied once more on its way.
import (
	_ "github.com/docker/buildx/driver/docker"
	_ "github.com/docker/buildx/driver/docker-container"
	_ "github.com/docker/buildx/driver/kubernetes"
	_ "github.com/docker/buildx/driver/remote"
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto"
)
