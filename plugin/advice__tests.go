package plugin

import "github.com/docker-multiplat/docker-multiplat/builder/localtest"

// testAdvice is what tests that fail tell the user to type.
func testAdvice() localtest.Advice {
	return localtest.Advice{
		Emulator: "install its emulator with: docker multiplat init",
		Smoke: "if it should, say what to try instead with --test 'COMMAND', or --test '--OPTION' for its own " +
			"entrypoint",
	}
}
