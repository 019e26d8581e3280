package advice

import (
	"errors"
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/platform"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Shut says what helps against a gate that is shut for platforms of a draft; another error is left as it is.
func Shut(err error) error {
	var shut *gate.Error
	if !errors.As(err, &shut) {
		return err
	}
	name := shut.Refused[0].From
	next := "docker multiplat test " + quote(name)
	if shut.Rebuild() {
		next = "docker multiplat build --test-local --platform " + quote(platform.List(shut.Platforms())) +
			" -t " + quote(name) + " PATH"
	}
	return failure.Wrap(gate.ErrShut, err, next,
		fmt.Sprintf("tag %s unchanged", name),
		"to publish without: --platform LIST ships fewer platforms, "+
			"--allow-untested=PLATFORM --reason WHY ships untested ones")
}
