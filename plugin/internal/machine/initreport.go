package machine

import (
	"fmt"
	"strings"
)

// report tells what came of it.
func (i *Init) report() Report {
	r := Report{
		Engine: engineReportOf(i.engine), Builder: builderReportOf(i.builder), Platforms: i.rows, Notes: i.notes(),
		Warnings: i.warnings, Image: i.request.BinfmtImage,
	}
	r.conclude()
	return r
}

// notes are what the user hears besides the table.
func (i *Init) notes() []string {
	verb := "created"
	switch {
	case len(i.created.Differences) > 0:
		verb = "replaced, because " + strings.Join(i.created.Differences, "; ")
	case i.created.Reused:
		verb = "reused"
	case i.created.Adopted != "":
		verb = "created on container " + i.created.Adopted + ", which was there and is as asked for (deinit removes it)"
	case i.created.Privileged:
		verb = "created in a privileged container"
	}
	out := []string{fmt.Sprintf("builder %s %s, %s", i.created.Name, verb, i.engineWords())}
	if !i.request.Named {
		out = append(out, "platforms: "+i.asked.String())
	}
	out = append(out, i.changes...)
	if len(i.changes) == 0 && i.created.Reused {
		out = append(out, "nothing had to be changed")
	}
	return append(out, i.remarks...)
}
