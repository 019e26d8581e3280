package trial

import (
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Stage is where a platform failed. The first stage that failed on any platform decides the exit code.
type Stage int

// The stages, in their order.
const (
	StageNone Stage = iota
	StageBuild
	StageMachine // an error of the machine, which has a class of its own
	StageTest
	StageInconclusive
	Stages
)

// Stage is where an image failed.
func (o Outcome) Stage() Stage {
	switch o.State {
	case draft.Untested, draft.Skipped, draft.Passed, draft.NothingToRun, draft.Waived:
		return StageNone
	case draft.NotBuilt:
		return StageBuild
	case draft.Failed:
		return StageTest
	case draft.Inconclusive, draft.NotRun:
		return StageInconclusive
	}
	return StageMachine
}

// Class is the class of error a stage ends in.
func (s Stage) Class() error {
	switch s {
	case StageBuild:
		return failure.ErrBuild
	case StageTest:
		return failure.ErrTests
	case StageInconclusive:
		return failure.ErrInconclusive
	}
	return nil
}
