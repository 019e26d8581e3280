package request

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
)

// checkKind refuses files of other tools in the place of a Dockerfile, by the ending of the name and by what only they
// have. A file that names its own syntax is what that makes of it.
func checkKind(file string) error {
	ending := strings.ToLower(filepath.Ext(file))
	if ending != ".yaml" && ending != ".yml" && ending != ".hcl" && ending != ".json" {
		return nil
	}
	f, err := localfile.Open(file)
	if err != nil {
		return nil // whoever builds it says so
	}
	defer func() { _ = f.Close() }()
	const enough = 64 << 10
	start, _, _ := localfile.Stream(f, enough)
	text := string(start)
	switch {
	case regexp.MustCompile(`^#\s*syntax\s*=`).MatchString(text):
		return nil
	case regexp.MustCompile(`(?m)^"?services"?\s*:`).MatchString(text) && ending != ".hcl" && ending != ".json":
		return errdefs.Classify(fmt.Errorf("%q is a compose file and no Dockerfile; name with --file the Dockerfile of one "+
			"service, as docker compose config shows it", file), errdefs.ErrInput)
	case !strings.HasPrefix(ending, ".y") &&
		regexp.MustCompile(`(?m)^\s*[{"]*\s*"?(target|group)"?\s*(:|")`).MatchString(text):
		return errdefs.Classify(fmt.Errorf("%q is a bake file and no Dockerfile; name with --file the Dockerfile of one "+
			"target, as docker buildx bake --print --file %s shows it", file, file), errdefs.ErrInput)
	}
	return nil
}
