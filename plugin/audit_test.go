package plugin

import (
	"testing"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

func TestAllowForeignRefusals(t *testing.T) {
	folder := plugintest.BuildContext(t)
	assertRefused(t, []refusal{
		{
			"a pattern that is none",
			[]string{"build", "-t", "app:1", "--allow-foreign", "/opt/[", folder},
			[]string{`--allow-foreign "/opt/["`, "such as /opt/firmware/**"},
		},
		{
			"an exclusion",
			[]string{"build", "-t", "app:1", "--allow-foreign", "!/opt", folder},
			[]string{`--allow-foreign "!/opt"`},
		},
	})
}
