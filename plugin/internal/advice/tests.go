package advice

import (
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
)

// TestAdvice is what tests that fail tell the user to type.
func TestAdvice() localtest.Advice {
	return localtest.Advice{
		Emulator: "install its emulator with: docker multiplat init",
		Smoke: "if it should, say what to try instead with --test 'COMMAND', or --test '--OPTION' for its own " +
			"entrypoint; a program that answers on standard input is tried by --test-script with a script that pipes into " +
			`docker run -i --rm "$MULTIPLAT_IMAGE_ID"`,
	}
}
