package plugin

import (
	"fmt"
	"strings"
)

// report shows what came of it, and says what is still missing.
func (s *setup) report() error {
	r := machineReport{
		Engine: engineReportOf(s.engine), Builder: builderReportOf(s.builder), Platforms: s.rows, Notes: s.notes(),
	}
	r.settle()
	err := r.judge()
	r.Ready = err == nil
	if printed := r.print(s.dockerCLI, s.options.format, s.options.silent()); printed != nil {
		return printed
	}
	return err
}

func (s *setup) notes() []string {
	verb := "created in a privileged container"
	switch {
	case len(s.created.Differences) > 0:
		verb = "replaced, because " + strings.Join(s.created.Differences, "; ")
	case s.created.Reused:
		verb = "reused"
	case s.created.Adopted != "":
		verb = "created on container " + s.created.Adopted + ", which was there and is as asked for (deinit removes it)"
	}
	out := []string{fmt.Sprintf("builder %s %s, engine %s at %s", s.created.Name, verb, s.engine.Version, s.engine.Host)}
	if s.options.values == nil {
		out = append(out, "platforms: "+s.asked.String())
	}
	out = append(out, s.changes...)
	if len(s.changes) == 0 && s.created.Reused {
		out = append(out, "nothing had to be changed")
	}
	return append(out, s.remarks...)
}
