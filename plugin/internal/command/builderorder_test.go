package command

import (
	"strings"
	"testing"

	"github.com/docker/buildx/store"
	"github.com/docker/buildx/store/storeutil"
	"github.com/docker/buildx/util/dockerutil"
	"github.com/docker/cli/cli/context/docker"
	contextstore "github.com/docker/cli/cli/context/store"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// useBuilder makes a builder the one chosen with docker buildx use.
func useBuilder(t *testing.T, f *plugintest.CLI, name, driver string) {
	t.Helper()
	f.AddBuilder(t, name)
	txn, release, err := storeutil.GetStore(f)
	assert.NilError(t, err)
	defer release()
	group, err := txn.NodeGroupByName(name)
	assert.NilError(t, err)
	group.Driver = driver
	assert.NilError(t, txn.Save(group))
	endpoint, err := dockerutil.GetCurrentEndpoint(f)
	assert.NilError(t, err)
	assert.NilError(t, txn.SetCurrent(endpoint, name, false, false))
}

// The builder is --builder, else BUILDX_BUILDER, else our own, else the one in use unless its driver is docker.
func TestBuilderOrder(t *testing.T) {
	for _, tc := range []struct {
		name, flag, env, used, driver string
		ours                          bool
		want, next                    string
	}{
		{name: "flag", flag: "mine", env: "theirs", ours: true, used: "used", want: "mine"},
		{name: "environment", env: "theirs", ours: true, used: "used", want: "theirs"},
		{name: "our own", ours: true, used: "used", driver: "remote", want: "multiplat"},
		{name: "in use", used: "used", driver: "docker-container", want: "used"},
		{name: "kubernetes in use", used: "used", driver: "kubernetes", want: "used"},
		{name: "docker in use", used: "used", driver: "docker", next: "docker multiplat init"},
		{name: "none", next: "docker multiplat init"},
		{name: "flag of none", flag: "nobody", ours: true, next: "docker multiplat init --builder nobody"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fake := plugintest.NewCLI(t)
			for _, name := range []string{"mine", "theirs"} {
				fake.AddBuilder(t, name)
			}
			if tc.ours {
				fake.AddBuilder(t, "multiplat")
			}
			if tc.used != "" {
				useBuilder(t, fake, tc.used, tc.driver)
			}
			t.Setenv("BUILDX_BUILDER", tc.env)
			args := []string{"-t", "app:1"}
			if tc.flag != "" {
				args = append(args, "--builder", tc.flag)
			}
			options := parseBuild(t, fake, append(args, plugintest.BuildContext(t))...)
			plan, err := options.plan(fake)
			if tc.next != "" {
				assert.Equal(t, failure.ExitCode(err), failure.ExitNotReady)
				assert.Check(t, strings.HasSuffix(explained(err), "  next: "+tc.next+"\n"), explained(err))
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, plan.Builder, tc.want)
		})
	}
}

// A builder is bound to the engine it was made on: every docker context has one of its own.
func TestBuilderOfADockerContext(t *testing.T) {
	fake := plugintest.NewCLI(t)
	assert.NilError(t, fake.ContextStore().CreateOrUpdate(contextstore.Metadata{
		Name: "far", Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: "tcp://far.example:2376"}},
	}))
	inContext := fake.InContext(t, "far")
	inContext.AddBuilder(t, "multiplat")
	_, err := builder.New(inContext).Resolve("")
	assert.ErrorContains(t, err, "no builder for this docker context")
	inContext.AddBuilder(t, "multiplat-far")
	name, err := builder.New(inContext).Resolve("")
	assert.NilError(t, err)
	assert.Equal(t, name, "multiplat-far")
	_, err = builder.New(fake).Resolve("") // multiplat is of the other context's engine here
	assert.ErrorIs(t, err, errdefs.ErrElsewhere)
	fake.AddBuilder(t, "multiplat")
	name, err = builder.New(fake).Resolve("")
	assert.NilError(t, err)
	assert.Equal(t, name, "multiplat")
}

// Names of docker contexts that no builder can have give one that it can, and each another.
func TestBuilderOfAnOddDockerContext(t *testing.T) {
	fake := plugintest.NewCLI(t)
	names := map[string]bool{}
	for _, odd := range []string{"a+b", "a-b", "a++b", "a_b", "a+b+"} {
		assert.NilError(t, fake.ContextStore().CreateOrUpdate(contextstore.Metadata{
			Name: odd, Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: "tcp://far.example:2376"}},
		}))
		inContext := fake.InContext(t, odd)
		name := builder.New(inContext).DefaultName()
		checked, err := store.ValidateName(name)
		assert.NilError(t, err)
		assert.Equal(t, checked, name)
		assert.Assert(t, !names[name], name)
		names[name] = true
		assert.Equal(t, name == "multiplat-"+odd, !strings.Contains(odd, "+"))
	}
}
