package errdefs

import (
	"errors"
	"fmt"
)

// The classes of failure. Those that say more of a machine that is not ready are of that class too.
var (
	// ErrNotReady says that the machine lacks something: no engine, no builder, a driver that cannot serve.
	ErrNotReady = errors.New("machine not ready")
	// ErrDiffers says that there is a builder of the name, but not as it is asked for.
	ErrDiffers = fmt.Errorf("builder differs: %w", ErrNotReady)
	// ErrElsewhere says that the builder's containers are in another engine than the one in use.
	ErrElsewhere = fmt.Errorf("builder elsewhere: %w", ErrNotReady)
	// ErrNoContext says that the engine is reached with TLS settings of the environment, which buildx cannot keep.
	ErrNoContext = fmt.Errorf("engine without a docker context: %w", ErrNotReady)
	// ErrBroken says that buildx's file of a builder cannot be read.
	ErrBroken = fmt.Errorf("builder file broken: %w", ErrNotReady)
	// ErrUnwritable says that there is no folder to keep builders or locks in.
	ErrUnwritable = fmt.Errorf("no folder to write: %w", ErrNotReady)
	// ErrDriver says that a builder's driver cannot do what is needed here.
	ErrDriver = fmt.Errorf("unfit driver: %w", ErrNotReady)
	// ErrInput says that a value the user gave is wrong; nothing was contacted.
	ErrInput = errors.New("bad input")
	// ErrIntegrity says that what arrived in the content store is not what BuildKit says it built.
	ErrIntegrity = errors.New("integrity")
)

// classed adds a class to an error without changing its text.
type classed struct {
	error
	class error
}

// Unwrap lets errors.Is find both the error and its class.
func (e *classed) Unwrap() []error { return []error{e.error, e.class} }

// Classify adds a class to an error. No error stays none.
func Classify(err, class error) error {
	if err == nil {
		return nil
	}
	return &classed{error: err, class: class}
}
