package bake

import (
	"context"
	"slices"

	"github.com/docker/buildx/bake"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Name is a group, a variable or a target of definitions, and the arguments that it states.
type Name struct {
	Text            string
	Group, Variable bool
	Args            []string
}

// Names are the groups, targets and variables of files on this machine, in this order, each once. Nothing is contacted.
func Names(ctx context.Context, h dockercli.Host, files []string) ([]Name, error) {
	d, err := Read(ctx, h, Request{Files: files}, nil)
	if err != nil {
		return nil, err
	}
	config, meta, err := bake.ParseFiles(d.files, d.defaults, nil, bake.ParseOpt{FileRelativePaths: d.relative})
	if err != nil {
		return nil, wrong(err, d.files)
	}
	var names []Name
	add := func(n Name) {
		same := func(known Name) bool { return known.Text == n.Text && known.Variable == n.Variable }
		if !slices.ContainsFunc(names, same) {
			names = append(names, n)
		}
	}
	for _, group := range config.Groups {
		add(Name{Text: group.Name, Group: true})
	}
	for _, target := range config.Targets {
		n := Name{Text: target.Name}
		for arg := range target.Args {
			n.Args = append(n.Args, arg)
		}
		slices.Sort(n.Args)
		add(n)
	}
	variables := make([]string, len(meta.AllVariables))
	for i, variable := range meta.AllVariables {
		variables[i] = variable.Name
	}
	slices.Sort(variables) // buildx makes them from a map
	for _, name := range variables {
		add(Name{Text: name, Variable: true})
	}
	return names, nil
}
