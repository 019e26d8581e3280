package bake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/containerd/platforms"
	"github.com/docker/buildx/bake"
	"github.com/docker/buildx/util/progress"
	"github.com/docker/buildx/util/urlutil"

	"github.com/docker-multiplat/docker-multiplat/builder"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Variables of the environment, which are those of docker buildx bake.
const (
	filesVariable     = "BUILDX_BAKE_FILE"
	separatorVariable = "BUILDX_BAKE_PATH_SEPARATOR"
	relativeVariable  = "BUILDX_BAKE_FILE_RELATIVE_PATHS"
)

// fileLimit is how large a file of definitions may be.
const fileLimit = 16 << 20

// here is before the name of a file on this machine where the other definitions are elsewhere.
const here = "cwd://"

// Request says which definitions are read, and what of them.
type Request struct {
	// Args are [URL [CONTEXT]] [TARGET...].
	Args []string
	// Files are --file; none: those of the environment, else those of the default names.
	Files []string
	// Sets are --set, and what stands for it.
	Sets []Set
	// Vars are --var, Allow --allow, Policies --policy.
	Vars, Allow, Policies []string
	// Builder fetches definitions that are elsewhere.
	Builder string
	// Stdin is read for the file -.
	Stdin io.Reader
}

// Definitions are bake files that were read, and what is asked of them.
type Definitions struct {
	request Request
	// url is where they are from, empty for this machine; input is what else is there.
	url      string
	input    *bake.Input
	targets  []string
	files    []bake.File
	defaults map[string]string
	// vars are NAME=VALUE, in the order in which they were given.
	vars     []string
	relative bool
	// fromVariable says that the environment names the files.
	fromVariable bool
}

// Read reads the files of a request. Nothing is contacted where all of them are on this machine.
func Read(ctx context.Context, h dockercli.Host, r Request, pw progress.Writer) (*Definitions, error) {
	d := &Definitions{request: r}
	workDir := here
	d.url, workDir, d.targets = arguments(r.Args)
	d.defaults = map[string]string{
		"BAKE_CMD_CONTEXT":    workDir,
		"BAKE_LOCAL_PLATFORM": platforms.Format(platforms.DefaultSpec()),
	}
	var err error
	if d.vars, err = variables(r.Vars); err != nil {
		return nil, err
	}
	if d.relative, err = relativePaths(); err != nil {
		return nil, err
	}
	if d.request.Files, err = fileNames(r.Files); err != nil {
		return nil, err
	}
	d.fromVariable = len(r.Files) == 0 && len(d.request.Files) > 0
	if d.url != "" {
		err = d.readRemote(ctx, h, pw)
	}
	if err == nil {
		err = d.readLocal(pw)
	}
	if err == nil && len(d.files) == 0 {
		err = failure.Usage("there is no bake definition here; give one with --file FILE")
		if len(r.Files) > 0 {
			err = failure.Usage("there is no bake definition in %s; write a target into it", strings.Join(r.Files, ", "))
		}
	}
	return d, err
}

// Remote tells that the definitions are from elsewhere.
func (d *Definitions) Remote() bool { return d.url != "" }

// readRemote reads the files that are at the URL.
func (d *Definitions) readRemote(ctx context.Context, h dockercli.Host, pw progress.Writer) error {
	node, err := h.Builders().Boot(ctx, d.request.Builder, builder.Need{Any: true, Context: build.Spread(".")}, pw)
	if err != nil {
		return &build.UnreadyError{Err: err}
	}
	var names []string
	for _, name := range d.request.Files {
		if !strings.HasPrefix(name, here) {
			names = append(names, name)
		}
	}
	files, input, err := node.Definitions(ctx, d.url, names, pw)
	if err != nil {
		return failure.Wrap(failure.ErrBuild, err, "")
	}
	d.files, d.input = files, input
	return nil
}

// readLocal reads the files that are on this machine.
func (d *Definitions) readLocal(pw progress.Writer) error {
	var names []string
	for _, name := range d.request.Files {
		local, marked := strings.CutPrefix(name, here)
		if marked || d.url == "" {
			names = append(names, local)
		}
	}
	if len(names) == 0 && d.url != "" {
		return nil
	}
	if err := readable(names); err != nil {
		if d.fromVariable {
			return failure.Usage("reading %s: %w", filesVariable, err)
		}
		return failure.Usage("reading the bake definition: %w", err)
	}
	var files []bake.File
	var err error
	read := func(sub progress.SubLogger) error {
		files, err = bake.ReadLocalFiles(names, d.request.Stdin, sub)
		return nil
	}
	if pw == nil {
		_ = read(nil)
	} else {
		_ = progress.Wrap("[internal] load local bake definitions", pw.Write, read)
	}
	if err != nil {
		return failure.Usage("reading the bake definition: %w", err)
	}
	d.files = append(d.files, files...)
	return nil
}

// readable refuses files that cannot be read to an end, which buildx would wait for and no signal would reach.
func readable(names []string) error {
	for _, name := range names {
		if name == "-" {
			continue
		}
		if err := localfile.Check(name, fileLimit); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// wrong says what is wrong with the definitions, and in which files.
func wrong(err error, files []bake.File) error {
	if err == nil {
		return nil
	}
	var known *failure.Error
	if errors.As(err, &known) {
		return err
	}
	in := ""
	for _, file := range files {
		if strings.Contains(err.Error(), file.Name) {
			in = ""
			break
		}
		in += " " + visible.Line(file.Name)
	}
	return failure.Wrap(failure.ErrUsage, fmt.Errorf("reading the bake definition%s: %w", in, err), "")
}

// Remote tells that the first word of a command line is where definitions are.
func Remote(args []string) bool { return len(args) > 0 && urlutil.IsRemoteURL(args[0]) }
