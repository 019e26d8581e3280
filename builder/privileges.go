package builder

import (
	"context"
	"fmt"
	"slices"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/entitlements"
	"google.golang.org/protobuf/proto"
)

// privilegesOf are those that a build is allowed; --network host, which is for all instructions, allows it.
func privilegesOf(o buildxbuild.Options) []string {
	allowed := slices.Clone(o.Allow)
	if o.NetworkMode == "host" {
		allowed = append(allowed, entitlements.EntitlementNetworkHost.String())
	}
	return allowed
}

// checkPrivileges refuses instructions that want more than the build is allowed, as BuildKit does when it begins to
// carry them out. A frontend that does not tell what it has made leaves that to BuildKit.
func checkPrivileges(ctx context.Context, made *gateway.Result, allowed []string) error {
	return made.EachRef(func(ref gateway.Reference) error {
		if ref == nil {
			return nil
		}
		return privilegesIn(operationsOf(ctx, ref.ToState), allowed)
	})
}

// operationsOf are the operations of what a frontend has made; none of what it does not tell. Of a definition that
// refers to what is not in it the library panics, and BuildKit refuses it.
func operationsOf(ctx context.Context, made func() (llb.State, error)) (operations [][]byte) {
	defer func() {
		if gap := recover(); gap != nil {
			operations = nil
		}
	}()
	state, err := made()
	if err != nil {
		return nil
	}
	definition, err := state.Marshal(ctx)
	if err != nil {
		return nil
	}
	return definition.ToPB().GetDef()
}

// privilegesIn looks through the operations of a definition.
func privilegesIn(operations [][]byte, allowed []string) error {
	for _, text := range operations {
		var op pb.Op
		if err := proto.Unmarshal(text, &op); err != nil {
			return nil //nolint:nilerr // BuildKit says so
		}
		run := op.GetExec()
		for _, wanted := range []struct {
			instruction string
			privilege   entitlements.Entitlement
			is          bool
		}{
			{"--network=host", entitlements.EntitlementNetworkHost, run.GetNetwork() == pb.NetMode_HOST},
			{"--security=insecure", entitlements.EntitlementSecurityInsecure, run.GetSecurity() == pb.SecurityMode_INSECURE},
		} {
			if wanted.is && !slices.Contains(allowed, wanted.privilege.String()) {
				return fmt.Errorf("%s is not allowed: RUN %s needs --allow %[1]s", wanted.privilege, wanted.instruction)
			}
		}
	}
	return nil
}
