package builder

import (
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"gotest.tools/v3/assert"
)

// What an instruction may not do is known before it is carried out.
func TestPrivilegesIn(t *testing.T) {
	for _, tc := range []struct {
		option  llb.RunOption
		allowed []string
		want    string
	}{
		{llb.Network(pb.NetMode_NONE), nil, ""},
		{llb.Network(pb.NetMode_HOST), []string{"security.insecure"}, "RUN --network=host needs --allow network.host"},
		{llb.Network(pb.NetMode_HOST), []string{"network.host"}, ""},
		{llb.Security(pb.SecurityMode_INSECURE), nil, "RUN --security=insecure needs --allow security.insecure"},
		{llb.Security(pb.SecurityMode_INSECURE), []string{"security.insecure"}, ""},
	} {
		state := llb.Scratch().Run(llb.Args([]string{"true"}), tc.option).Root()
		definition, err := state.Marshal(t.Context())
		assert.NilError(t, err)
		err = privilegesIn(definition.ToPB().GetDef(), tc.allowed)
		if tc.want == "" {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorContains(t, err, tc.want)
	}
}
