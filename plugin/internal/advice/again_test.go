package advice

import (
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/option"
)

// Of a build everything is kept that its image depends on, and no secret.
func TestKeptOfBuild(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	var r request.Request
	flags := pflag.NewFlagSet("build", pflag.ContinueOnError)
	option.AddRequest(flags, &r)
	flags.StringArrayP("tag", "t", nil, "")
	assert.NilError(t, flags.Parse([]string{
		"--tag", "a", "--build-arg", "TOKEN=s3cret word", "--build-arg", "PLAIN", "-f", "my file", "--label", "a=b c",
		"--secret", "id=a,src=x", "--cache-to", "type=s3,secret_access_key=s3cret", "--target", "final",
	}))
	kept := Given("build", flags, []string{"https://user:s3cret@host.example/x.git"}).KeptOfBuild()
	assert.Equal(t, kept.Folder, folder)
	assert.DeepEqual(t, kept.Flags, []string{
		"--build-arg TOKEN", "--build-arg PLAIN", "-f 'my file'", "--label 'a=b c'", "--secret id=a,src=x", "--target final",
	})
	assert.DeepEqual(t, kept.Args, []string{"https://xxxxx:xxxxx@host.example/x.git"})
}
