package request

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// gitFolder is where Git keeps what it knows; in a further work tree or a submodule it is a file with the path of it.
const gitFolder = ".git"

// maxGitFile is more than any file has that is read here, but for packed refs of very many tags.
const maxGitFile = 16 << 20

// gitPart is how a path stands to a folder of Git.
type gitPart int

const (
	besideGit gitPart = iota
	gitItself
	// insideGit is what Git rewrites by itself, and what says where another folder is.
	insideGit
)

// inGit tells a folder of Git, and what is in it.
func (w *contextWalk) inGit(path string) gitPart {
	parts := strings.Split(path, "/")
	at := slices.Index(parts, gitFolder)
	if at < 0 {
		return besideGit
	}
	git := filepath.Join(w.folder, filepath.Join(parts[:at+1]...))
	info, err := os.Lstat(git)
	switch {
	case err == nil && info.Mode().IsRegular():
		return insideGit
	case err != nil || !info.IsDir() || gitState(git) == "":
		return besideGit
	case at < len(parts)-1:
		return insideGit
	}
	return gitItself
}

// gitState says where a repository stands: its branch, the commit of that, and the tags of the commit. It is empty
// where there is no repository. Tags that are objects are seen where Git has packed them with their commits.
func gitState(git string) string {
	head := firstLine(filepath.Join(git, "HEAD"))
	ref, symbolic := strings.CutPrefix(head, "ref: ")
	if !symbolic || !filepath.IsLocal(ref) {
		return head
	}
	packed := packedRefs(git)
	commit := firstLine(filepath.Join(git, filepath.FromSlash(ref)))
	if commit == "" {
		commit = packed[ref]
	}
	return strings.Join(append([]string{ref, commit}, tagsAt(git, commit, packed)...), " ")
}

// tagsAt lists the tags of a commit, sorted.
func tagsAt(git, commit string, packed map[string]string) []string {
	if commit == "" {
		return nil
	}
	var tags []string
	for ref, at := range packed {
		if at == commit && strings.HasPrefix(ref, "refs/tags/") {
			tags = append(tags, ref)
		}
	}
	loose, _ := filepath.Glob(filepath.Join(git, "refs", "tags", "*")) // no pattern of ours is wrong
	for _, file := range loose {
		if firstLine(file) == commit {
			tags = append(tags, "refs/tags/"+filepath.Base(file))
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// packedRefs reads refs and their commits; of a tag that is an object, the commit follows it after a ^.
func packedRefs(git string) map[string]string {
	refs := map[string]string{}
	f, err := localfile.Open(filepath.Join(git, "packed-refs"))
	if err != nil {
		return refs
	}
	defer f.Close()
	lines, last := bufio.NewScanner(io.LimitReader(f, maxGitFile)), ""
	for lines.Scan() {
		object, ref, _ := strings.Cut(lines.Text(), " ")
		switch commit, peeled := strings.CutPrefix(object, "^"); {
		case peeled:
			refs[last] = commit
		case object != "#":
			refs[ref], last = object, ref
		}
	}
	return refs
}

// firstLine reads the first line of a regular file, empty where there is none.
func firstLine(file string) string {
	f, err := localfile.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 4096))
	lines.Scan()
	return strings.TrimSpace(lines.Text())
}
