package bake

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/buildx/util/urlutil"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// arguments parts the words of the command line as buildx does.
func arguments(args []string) (url, workDir string, targets []string) {
	workDir, targets = here, slices.Clone(args)
	if len(targets) > 0 && urlutil.IsRemoteURL(targets[0]) {
		url, targets = targets[0], targets[1:]
		if len(targets) > 0 && urlutil.IsRemoteURL(targets[0]) {
			workDir, targets = targets[0], targets[1:]
		}
	}
	if len(targets) == 0 {
		targets = []string{"default"}
	}
	return url, workDir, targets
}

// variables reads --var. An empty one is none, as with docker buildx bake.
func variables(values []string) (vars []string, err error) {
	for _, text := range values {
		key, _, ok := strings.Cut(text, "=")
		switch {
		case text == "":
			continue
		case !ok || key == "":
			return nil, failure.Usage("--var %q is not NAME=VALUE", text)
		}
		vars = append(vars, text)
	}
	return vars, nil
}

// relativePaths tells that the paths in a file are relative to it.
func relativePaths() (bool, error) {
	text := strings.TrimSpace(os.Getenv(relativeVariable))
	if text == "" {
		return false, nil
	}
	relative, err := strconv.ParseBool(text)
	if err != nil {
		return false, failure.Usage("%s %q is neither true nor false", relativeVariable, text)
	}
	return relative, nil
}

// fileNames are those that were given, else those of the environment.
func fileNames(given []string) ([]string, error) {
	list, set := os.LookupEnv(filesVariable)
	if len(given) > 0 || !set {
		return given, nil
	}
	separator := os.Getenv(separatorVariable)
	if separator == "" {
		separator = string(os.PathListSeparator)
	}
	var names []string
	for name := range strings.SplitSeq(list, separator) {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if _, err := os.Stat(name); name != "-" && err != nil {
			return nil, failure.Usage("reading %s: %w", filesVariable, err)
		}
		names = append(names, name)
	}
	return names, nil
}
