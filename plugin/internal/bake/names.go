package bake

import (
	"context"
	"slices"

	"github.com/docker/buildx/bake"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Name is a group or a target of definitions, and the arguments that it states.
type Name struct {
	Text  string
	Group bool
	Args  []string
}

// Names are the groups and targets of files on this machine: groups first, each once. Nothing is contacted.
func Names(ctx context.Context, h dockercli.Host, files []string) ([]Name, error) {
	d, err := Read(ctx, h, Request{Files: files}, nil)
	if err != nil {
		return nil, err
	}
	config, _, err := bake.ParseFiles(d.files, d.defaults, nil, bake.ParseOpt{FileRelativePaths: d.relative})
	if err != nil {
		return nil, wrong(err, d.files)
	}
	var names []Name
	add := func(n Name) {
		if !slices.ContainsFunc(names, func(known Name) bool { return known.Text == n.Text }) {
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
	return names, nil
}
