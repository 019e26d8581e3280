package machine

import (
	"fmt"
	"strings"
)

// blame adds to a row that still does not run what this run knows of the reason.
func (i *Init) blame(row *Readiness, seen Emulators) {
	if row.EngineRuns || row.Untestable || i.installed.Log == "" {
		return
	}
	if _, registered := seen.Table.For(row.Asked); seen.Table.Mounted && !registered {
		row.Cause = fmt.Sprintf("%s has registered no emulator for it; it said: %s",
			i.installed.Image, strings.Join(strings.Fields(i.installed.Log), " "))
		row.Remedy = RemedyOtherImage
	}
	why := ""
	switch {
	case i.engine.Rootless:
		why = "the engine is rootless, and what it registers reaches its own user namespace alone"
	case i.engine.UserNamespaces:
		why = "the engine has userns-remap, and may not let the emulator image run outside its user namespace"
	default:
		return
	}
	row.Cause = strings.TrimPrefix(row.Cause+"; "+why, "; ")
	row.Remedy = RemedyOnHost
}
