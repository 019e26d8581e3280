package plugin

import (
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
)

// stage is where a platform failed. The first stage that failed on any platform decides the exit code.
type stage int

const (
	stageNone stage = iota
	stageBuild
	stageMachine // an error of the machine, which has a class of its own
	stageTest
	stageInconclusive
	stages
)

// stage is where an image failed.
func (o trialOutcome) stage() stage {
	switch o.state {
	case draft.Untested, draft.Skipped, draft.Passed, draft.NothingToRun:
		return stageNone
	case draft.NotBuilt:
		return stageBuild
	case draft.Failed:
		return stageTest
	case draft.Inconclusive, draft.NotRun:
		return stageInconclusive
	}
	return stageMachine
}

// class is the class of error a stage ends in.
func (s stage) class() error {
	switch s {
	case stageBuild:
		return errBuild
	case stageTest:
		return errTests
	case stageInconclusive:
		return errInconclusive
	}
	return nil
}
