package plugin

import (
	"fmt"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder"
)

// report shows what came of it, and says what is still missing.
func (s *setup) report() error {
	s.settle()
	r := machineReport{
		Engine: engineReportOf(s.engine), Builder: builderReportOf(s.builder), Platforms: s.rows, Notes: s.notes(),
	}
	err := s.verdict(r)
	r.Ready = err == nil
	if printed := r.print(s.dockerCLI, s.options.format, s.options.silent()); printed != nil {
		return printed
	}
	return err
}

// settle drops the rows of --platform all that no emulator is there for: nobody asked for one of them.
func (s *setup) settle() {
	var absent []string
	kept := s.rows[:0]
	for _, row := range s.rows {
		if row.optional && !row.EngineRuns {
			absent = append(absent, row.Platform)
			continue
		}
		kept = append(kept, row)
	}
	s.rows = kept
	if len(absent) > 0 {
		s.remarks = append(s.remarks, "not available: "+strings.Join(absent, ", "))
	}
}

func (s *setup) verdict(r machineReport) error {
	if s.every {
		emulated := false
		for i := range s.rows {
			emulated = emulated || s.rows[i].ready() && !s.rows[i].Native
		}
		if !emulated {
			return fail(builder.ErrNotReady, fmt.Errorf("no platform but the engine's own runs on this machine"),
				"docker multiplat init --platform linux/arm64", s.remarks...)
		}
	}
	return r.verdict()
}

func (s *setup) notes() []string {
	verb := "created"
	switch {
	case len(s.created.Differences) > 0:
		verb = "replaced, because " + strings.Join(s.created.Differences, "; ")
	case s.created.Reused:
		verb = "reused"
	}
	out := []string{fmt.Sprintf("builder %s %s, engine %s at %s", s.created.Name, verb, s.engine.Version, s.engine.Host)}
	out = append(out, s.changes...)
	if len(s.changes) == 0 && s.created.Reused {
		out = append(out, "nothing had to be changed")
	}
	return append(out, s.remarks...)
}
