package advice

import (
	"errors"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/trial"
)

// notPushed tells that it was a registry that did not take what a node has built.
func notPushed(r build.Result) bool {
	return r.Plan.Request.Stage.Used() && slices.ContainsFunc(r.Rows, func(row build.Row) bool {
		return row.Err != nil && strings.Contains(row.Err.Error(), "failed to push ")
	})
}

// wasRemoved tells that somebody has removed the builder while it built.
func wasRemoved(r build.Result) bool {
	return slices.ContainsFunc(r.Rows, func(row build.Row) bool {
		_, is := errors.AsType[*builder.RemovedBuilderError](row.Err)
		return is
	})
}

// nodesLost tells that nothing is wrong with what was built: each platform that is missing had a node that went away.
func nodesLost(r build.Result) bool {
	lost := 0
	for _, row := range r.Rows {
		if row.Stage() != trial.StageBuild {
			continue
		}
		if _, is := errors.AsType[*builder.LostNodeError](row.Err); !is {
			return false
		}
		lost++
	}
	return lost > 0
}

// unbuilt tells that a test found a draft without what its last build was to make, or has pushed.
func unbuilt(r build.Result) bool {
	return slices.ContainsFunc(r.Rows, func(row build.Row) bool {
		_, gone := errors.AsType[*staged.GoneError](row.Err)
		return gone || errors.Is(row.Err, gate.ErrShut)
	})
}

// notRead tells that what a node has pushed could not be had again.
func notRead(r build.Result) bool {
	return r.Plan.Request.Stage.Used() && slices.ContainsFunc(r.Rows, func(row build.Row) bool {
		_, placed := errors.AsType[*staged.PlaceError](row.Err)
		return placed || row.Err != nil && strings.HasPrefix(row.Err.Error(), "pulling ")
	})
}
