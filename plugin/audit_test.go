package plugin

import "testing"

func TestAllowForeignRefusals(t *testing.T) {
	folder := buildContext(t)
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
