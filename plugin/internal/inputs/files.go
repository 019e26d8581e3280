package inputs

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// firstDiffering is the first file that differs between two lists of a context's files, as [request.Description] has
// them; empty for none. What either build writes itself is left out, and a folder only where it is there for that.
func firstDiffering(a, b map[string]string) string {
	a, b = foldAs(a, b), foldAs(b, a)
	written := writtenIn(a, b)
	names := maps.Clone(a)
	maps.Copy(names, b)
	folder := ""
	for _, name := range slices.Sorted(maps.Keys(names)) {
		x, inA := a[name]
		y, inB := b[name]
		switch {
		case x == y || within(written, name):
		case inA && inB || !strings.HasPrefix(x+y, request.FolderMark):
			return name
		case folder == "" && !holds(written, name):
			folder = name
		}
	}
	return folder
}

// foldAs makes one of the files below every folder that is one in another list.
func foldAs(files, other map[string]string) map[string]string {
	out := make(map[string]string, len(files))
	sums := map[string]uint64{}
	for name, value := range files {
		folder := folderOf(name, other)
		if folder == "" || folder == name || value == "" {
			out[name] = value
			continue
		}
		sum, err := strconv.ParseUint(strings.TrimPrefix(value, request.FolderMark), 36, 64)
		if err != nil {
			out[name] = value // of no program of ours: it differs
			continue
		}
		sums[folder] += sum
	}
	for folder, sum := range sums {
		out[folder] = strconv.FormatUint(sum, 36)
	}
	return out
}

// folderOf is the folder in a list that a file is counted in, empty for none.
func folderOf(name string, list map[string]string) string {
	for at := range len(name) {
		if _, ok := list[name[:at+1]]; ok && name[at] == '/' {
			return name[:at+1]
		}
	}
	return ""
}

// writtenIn are the names without a sum.
func writtenIn(lists ...map[string]string) []string {
	var out []string
	for _, list := range lists {
		for name, value := range list {
			if value == "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// within tells whether a file is one of these, or below one.
func within(paths []string, name string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return name == path || strings.HasPrefix(name, path+"/")
	})
}

// holds tells whether one of these is below a folder.
func holds(paths []string, folder string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
	})
}
