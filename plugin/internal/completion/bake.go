package completion

import (
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/bake"
)

// bakeNames are the groups and targets of the bake files that the command would read, where they are on this machine.
func bakeNames(p place) []bake.Name {
	files, err := p.cmd.Flags().GetStringArray("file")
	if err != nil || bake.Remote(p.args) || slices.Contains(files, "-") {
		return nil
	}
	names, err := bake.Names(p.cmd.Context(), p.host, files)
	if err != nil {
		return nil
	}
	return names
}

// bakeTargets are what a bake file defines.
func bakeTargets(p place) offers {
	var o offers
	for _, name := range bakeNames(p) {
		if !name.Variable {
			o.values = append(o.values, name.Text)
		}
	}
	return o
}

// variables are those of the bake files, to be given a value.
func variables(p place) offers {
	var names []string
	for _, name := range bakeNames(p) {
		if name.Variable {
			names = append(names, name.Text)
		}
	}
	return offers{values: suffixed(names, "="), more: true}
}

// published are drafts or, with a bake file, its targets.
func published(p place) offers {
	if p.given("file") != "" && p.cmd.Flags().Changed("file") {
		return bakeTargets(p)
	}
	return draftNames(p)
}

// overrides are the beginnings of TARGET.KEY=VALUE, as far as the word goes.
func overrides(p place) offers {
	target, rest, found := strings.Cut(p.word, ".")
	if !found {
		targets := []string{"*"}
		for _, name := range bakeNames(p) {
			if !name.Group && !name.Variable {
				targets = append(targets, name.Text)
			}
		}
		return offers{values: suffixed(targets, "."), more: true}
	}
	key, value, valued := strings.Cut(rest, "=")
	if valued {
		p.word = value
		o := overrideValues(p, key)
		o.values = prefixed(target+"."+key+"=", o.values)
		return o
	}
	if strings.HasPrefix(rest, "args.") {
		return offers{values: prefixed(target+".args.", suffixed(argumentsOf(p, target), "=")), more: true}
	}
	keys := []string{"args."}
	for _, word := range strings.Fields("annotations attest cache-from cache-to call context contexts. dockerfile " +
		"entitlements extra-hosts labels. network no-cache no-cache-filter output platform pull secrets shm-size ssh tags " +
		"target ulimits") {
		if !strings.HasSuffix(word, ".") {
			word += "="
		}
		keys = append(keys, word)
	}
	return offers{values: prefixed(target+".", keys), more: true}
}

// overrideValues are what a key may be.
func overrideValues(p place, key string) offers {
	switch key {
	case "platform":
		return listed(platforms)(p)
	case "no-cache", "pull":
		return offers{values: []string{"true", "false"}}
	case "network", "call":
		return wordOffers()[key](p)
	case "tags":
		return draftNames(p)
	}
	return offers{}
}

// argumentsOf are the arguments that a target states; of several targets all of theirs.
func argumentsOf(p place, target string) (args []string) {
	for _, name := range bakeNames(p) {
		if !name.Variable && name.Text == target || strings.Contains(target, "*") {
			args = append(args, name.Args...)
		}
	}
	return args
}
