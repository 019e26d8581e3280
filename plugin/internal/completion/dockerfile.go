package completion

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/dockerfile"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// maxDockerfile is the largest Dockerfile that is read while a person waits for a key.
const maxDockerfile = 1 << 20

// readDockerfile reads the Dockerfile that the build would take: --file, else that of the context, else that of the
// folder one is in. It is nil where there is none that can be read.
func readDockerfile(p place) *dockerfile.File {
	folder, args := ".", p.args
	if p.cmd.Name() == "reproduce" && len(args) > 0 {
		args = args[1:] // the first is a name
	}
	if len(args) > 0 {
		folder = args[0]
	}
	path := p.given("file")
	if path == "" {
		if !request.Local(folder) {
			return nil
		}
		path = filepath.Join(folder, "Dockerfile")
		if _, err := os.Lstat(path); err != nil {
			path = filepath.Join(folder, "dockerfile")
		}
	}
	text, err := localfile.Read(path, maxDockerfile)
	if err != nil {
		return nil
	}
	file, err := dockerfile.Parse(path, text)
	if err != nil {
		return nil
	}
	return file
}

// stages are the stages of the Dockerfile.
func stages(p place) offers {
	file := readDockerfile(p)
	if file == nil {
		return offers{}
	}
	return offers{values: file.StageNames()}
}

// buildArguments are the arguments that the Dockerfile declares.
func buildArguments(p place) offers {
	file := readDockerfile(p)
	if file == nil || strings.Contains(p.word, "=") {
		return offers{}
	}
	return offers{values: suffixed(file.ArgNames(), "="), more: true}
}

// bases are what a further build context can stand for: the stages of the Dockerfile.
func bases(p place) offers { return stages(p) }
