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
		if row := r.Platforms[i]; row.NoEngine || row.EngineRuns && !row.Native {
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
	for i := range r.Platforms {
		row := &r.Platforms[i]
		if !row.lacks() || !row.BuilderProbed && row.suits() {
			continue
		}
		lacking = append(lacking, *row)
	}
	b := r.Builder
	switch {
	case len(lacking) > 0:
		return &NotReadyError{Amiss: Amiss{errors.New(whereLacking(lacking))}, Rows: lacking}
	case b.Problem != "":
		err := fmt.Errorf("builder %s: %s", b.Name, b.Problem)
		if broken, ok := errors.AsType[*builder.BrokenError](b.Err); ok {
			err = fmt.Errorf("builder %s: %w", b.Name, broken)
		}
		return &NotReadyError{
			Amiss: Amiss{err}, Builder: b.Name, Cause: b.Err, Elsewhere: errors.Is(b.Err, errdefs.ErrElsewhere),
			Lost: b.lost, Engine: b.engine,
		}
	case !b.Running:
		err := fmt.Errorf("builder %s is %s, not probed: nothing is known of what it runs", b.Name, b.Status)
		return &NotReadyError{Amiss: Amiss{err}, Builder: b.Name, Stopped: true}
	}
	return nil
}

// whereLacking says which programs do not run, and where.
func whereLacking(rows []Readiness) string {
	var places []string
	names := map[string][]string{}
	for i := range rows {
		at := rows[i].where()
		if names[at] == nil {
			places = append(places, at)
		}
		names[at] = append(names[at], rows[i].Platform)
	}
	var parts []string
	for _, at := range places {
		parts = append(parts, fmt.Sprintf("programs of %s do not run on %s", strings.Join(names[at], ", "), at))
	}
	return strings.Join(parts, "; ")
}

// where is the machine that lacks what the row needs: that of the engine in use, where it lacks it.
func (r *Readiness) where() string {
	if r.suits() && r.Elsewhere != "" {
		return r.Elsewhere
	}
	return "this machine"
}

// Why puts what is wrong before what was said about it.
func (r *Readiness) Why() string {
	where := "in the builder"
	if r.Elsewhere != "" {
		where = "on " + r.Elsewhere
	}
	if !r.suits() {
		where = "in the engine"
	}
	if r.Cause == "" {
		return where + ": " + r.Reason
	}
	return fmt.Sprintf("%s: %s (%s)", where, r.Cause, r.Reason)
}
