package machine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// conclude drops the rows of --platform all that nothing here is for: nobody has asked for one of them. Then it judges.
func (r *Report) conclude() {
	kept := []Readiness{}
	var names []string
	for _, row := range r.Platforms {
		if row.optional {
			r.absent = append(r.absent, row)
			names = append(names, row.Platform)
			continue
		}
		kept = append(kept, row)
	}
	r.Platforms = kept
	if len(names) > 0 {
		r.Notes = append(r.Notes, "not available: "+strings.Join(names, ", "))
	}
	r.Ready = r.Err() == nil
}

// Err is what is missing of what was asked for and, once it is concluded, of all: a machine that emulates nothing is
// not ready for all.
func (r *Report) Err() error {
	if err := r.verdict(); err != nil || len(r.absent) == 0 {
		return err
	}
	for i := range r.Platforms {
		if r.Platforms[i].EngineRuns && !r.Platforms[i].Native {
			return nil
		}
	}
	return &NotReadyError{
		Amiss: Amiss{errors.New("no platform but the engine's own runs on this machine")}, Rows: r.absent[:1],
	}
}

// verdict is the error of a machine that is not ready: what is missing, and why.
func (r *Report) verdict() error {
	var lacking []Readiness
	var names []string
	for i := range r.Platforms {
		row := &r.Platforms[i]
		if !row.lacks() || !row.BuilderProbed && row.EngineRuns {
			continue
		}
		lacking, names = append(lacking, *row), append(names, row.Platform)
	}
	b := r.Builder
	switch {
	case len(lacking) > 0:
		err := fmt.Errorf("programs of %s do not run on this machine", strings.Join(names, ", "))
		return &NotReadyError{Amiss: Amiss{err}, Rows: lacking}
	case b.Problem != "":
		err := fmt.Errorf("builder %s: %s", b.Name, b.Problem)
		if broken, ok := errors.AsType[*builder.BrokenError](b.Err); ok {
			err = fmt.Errorf("builder %s: %w", b.Name, broken)
		}
		return &NotReadyError{Amiss: Amiss{err}, Builder: b.Name, Elsewhere: errors.Is(b.Err, errdefs.ErrElsewhere)}
	case !b.Running:
		err := fmt.Errorf("builder %s is %s, not probed: nothing is known of what it runs", b.Name, b.Status)
		return &NotReadyError{Amiss: Amiss{err}, Builder: b.Name, Stopped: true}
	}
	return nil
}

// Why puts what is wrong before what was said about it.
func (r *Readiness) Why() string {
	where := "in the builder"
	if !r.EngineRuns {
		where = "in the engine"
	}
	if r.Cause == "" {
		return where + ": " + r.Reason
	}
	return fmt.Sprintf("%s: %s (%s)", where, r.Cause, r.Reason)
}
