package plugin

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// A platform that an image does not have is bad input where it only says what to look at, and shuts the gate where it
// says what is to be published; both name it, and what there is.
func TestAbsentPlatform(t *testing.T) {
	fake, registry := newFakeCLI(t), newFakeRegistry(t)
	s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
	plugintest.SavePassed(t, s, name+":1", "app")
	_, err := fake.publish(t, name+":1")
	assert.NilError(t, err)
	folder := plugintest.BuildContext(t)
	published := "docker-image://" + name + ":1"
	for _, tc := range []struct {
		args []string
		want int
	}{
		{[]string{"diff", name + ":1"}, failure.ExitInput},
		{[]string{"diff", published}, failure.ExitInput},
		{[]string{"diff", "--exit-code", name + ":1", published}, failure.ExitInput},
		{[]string{"reproduce", name + ":1", folder}, failure.ExitInput},
		{[]string{"reproduce", published, folder}, failure.ExitInput},
		{[]string{"test", name + ":1"}, failure.ExitInput},
		{[]string{"publish", name + ":1"}, failure.ExitTests},
		{[]string{"promote", name + ":1", "2"}, failure.ExitTests},
		{[]string{"merge", "-t", name + ":2", name + ":1"}, failure.ExitTests},
	} {
		args := append([]string{tc.args[0], "--platform", "linux/s390x"}, tc.args[1:]...)
		_, err := fake.command(t, args...)
		assert.Check(t, ExitCode(err) == tc.want, "%q: %d: %s", args, ExitCode(err), explained(err))
		assert.Check(t, err != nil)
		assert.ErrorContains(t, err, "linux/s390x", "%q", args)
	}
}

// Whoever has an image for linux/arm/v8 is told what that is, wherever it is met: the word stands in the image alone.
func TestArmV8IsNoted(t *testing.T) {
	const note = "linux/arm/v8 is 32-bit ARM; 64-bit ARM is linux/arm64"
	for _, args := range [][]string{
		{"merge", "--allow-untested", "-t", "NAME:2", "NAME:arm"},
		{"promote", "--allow-untested", "NAME:arm", "2"},
		{"publish", "NAME:draft"},
		{"diff", "NAME:arm", "NAME:arm"},
		{"inspect", "NAME:arm"},
		{"verify", "NAME:arm"},
	} {
		t.Run(args[0], func(t *testing.T) {
			fake, registry := newFakeCLI(t), newFakeRegistry(t)
			s, name := plugintest.OpenStore(t, fake), registry.Host+"/team/app"
			plugintest.SaveDraft(t, s, name+":draft", "linux/arm/v8", plugintest.PassedImage(t, s, "linux/arm/v8", "app"))
			registry.Image(t, "team/app", "arm", "app", plugintest.Linux("arm", "v8"))
			_, err := fake.command(t, inPlace(args, name)...)
			assert.NilError(t, err)
			assert.Check(t, strings.Contains(fake.Stderr.String(), note), fake.Stderr.String())
			assert.Equal(t, strings.Count(fake.Stderr.String(), "is 32-bit ARM"), 1)
		})
	}
}

// inPlace puts a name for NAME.
func inPlace(args []string, name string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = strings.ReplaceAll(arg, "NAME", name)
	}
	return out
}
