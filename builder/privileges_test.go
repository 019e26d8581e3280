package builder

import (
	"slices"
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

// A definition of which something is missing, as a broken frontend or builder sends it, ends no program.
func TestDefinitionWithGaps(t *testing.T) {
	whole, err := llb.Image("busybox").Run(llb.Args([]string{"true"})).Root().Marshal(t.Context())
	assert.NilError(t, err)
	for left := range whole.Def {
		gaps := whole.ToPB()
		gaps.Def = slices.Delete(slices.Clone(gaps.Def), left, left+1)
		operations := operationsOf(t.Context(), func() (llb.State, error) {
			op, err := llb.NewDefinitionOp(gaps)
			if err != nil {
				return llb.State{}, err
			}
			return llb.NewState(op), nil
		})
		assert.Assert(t, len(operations) < len(whole.Def))
	}
}
