package inputs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// Provenance is what BuildKit says of a build that another one can be made of.
type Provenance struct {
	// Context is the repository or archive that was built, with the branch or tag and the folder behind a "#"; empty for a
	// folder of the machine that built it. Commit is that of a repository. Dockerfile is the path in it.
	Context, Commit, Dockerfile string
	// Revision and Repository are of the folder that was built.
	Revision, Repository string
	Target               string
	// Arguments and Labels are those of the command line. Recorded tells that they were written down.
	Arguments, Labels map[string]string
	Recorded          bool
	// Lent are the secrets and SSH agents that the build asked for, as the Lent of a request names them.
	Lent []string
	// Sources are the digests of what the build took from elsewhere, by their URIs, without platforms.
	Sources map[string]digest.Digest
}

// ReadProvenance reads the provenance of an image, wherever it stands; ok is false where it has none.
func ReadProvenance(ctx context.Context, at record.Reader, image manifest.Image) (p Provenance, ok bool, err error) {
	predicates, err := record.Predicates(ctx, at, image)
	if err != nil {
		return p, false, err
	}
	for _, kind := range slices.Sorted(maps.Keys(predicates)) {
		if !strings.HasPrefix(kind, "https://slsa.dev/provenance/") {
			continue
		}
		body, err := at.Read(ctx, predicates[kind])
		if err != nil {
			return p, false, err
		}
		p, err = parseProvenance(body)
		return p, err == nil, err
	}
	return p, false, nil
}

// configSource is where the Dockerfile is from, in words of both versions of SLSA provenance.
type configSource struct {
	URI        string            `json:"uri"`
	Digest     map[string]string `json:"digest"`
	Path       string            `json:"path"`
	EntryPoint string            `json:"entryPoint"`
}

// metadata is what BuildKit adds.
type metadata struct {
	VCS struct {
		Source   string `json:"source"`
		Revision string `json:"revision"`
	} `json:"vcs"`
}

type parameters struct {
	Args    map[string]string `json:"args"`
	Secrets []lent            `json:"secrets"`
	SSH     []lent            `json:"ssh"`
}

// lent is a secret or an SSH agent.
type lent struct {
	ID string `json:"id"`
}

// lent names the secrets and SSH agents.
func (p parameters) lent() (names []string) {
	for _, one := range p.Secrets {
		names = append(names, request.LentSecret+one.ID)
	}
	for _, one := range p.SSH {
		names = append(names, request.LentSSH+one.ID)
	}
	return names
}

// statement is a statement of provenance of version 1 or 0.2.
type statement struct {
	Predicate struct {
		BuildDefinition struct {
			ExternalParameters struct {
				ConfigSource configSource `json:"configSource"`
				Request      parameters   `json:"request"`
			} `json:"externalParameters"`
		} `json:"buildDefinition"`
		RunDetails struct {
			Metadata struct {
				BuildKit metadata `json:"buildkit_metadata"`
				Complete struct {
					Request bool `json:"request"`
				} `json:"buildkit_completeness"`
			} `json:"metadata"`
		} `json:"runDetails"`
		Invocation struct {
			ConfigSource configSource `json:"configSource"`
			Parameters   parameters   `json:"parameters"`
		} `json:"invocation"`
		Metadata struct {
			BuildKit metadata `json:"https://mobyproject.org/buildkit@v1#metadata"`
			Complete struct {
				Parameters bool `json:"parameters"`
			} `json:"completeness"`
		} `json:"metadata"`
	} `json:"predicate"`
}

func parseProvenance(body []byte) (Provenance, error) {
	var s statement
	if err := json.Unmarshal(body, &s); err != nil {
		return Provenance{}, fmt.Errorf("reading the provenance: %w", err)
	}
	is := s.Predicate
	from, asked := is.BuildDefinition.ExternalParameters.ConfigSource, is.BuildDefinition.ExternalParameters.Request
	args := asked.Args
	kit, recorded := is.RunDetails.Metadata.BuildKit, is.RunDetails.Metadata.Complete.Request
	if from.Path == "" && len(args) == 0 {
		from, asked = is.Invocation.ConfigSource, is.Invocation.Parameters
		args = asked.Args
		from.Path = from.EntryPoint
		kit, recorded = is.Metadata.BuildKit, is.Metadata.Complete.Parameters
	}
	p := Provenance{
		Context: from.URI, Commit: from.Digest["sha1"], Dockerfile: from.Path, Revision: kit.VCS.Revision,
		Repository: kit.VCS.Source, Target: args["target"], Recorded: recorded, Lent: asked.lent(),
		Arguments: map[string]string{}, Labels: map[string]string{}, Sources: map[string]digest.Digest{},
	}
	for key, value := range args {
		if name, ok := strings.CutPrefix(key, "build-arg:"); ok {
			p.Arguments[name], p.Recorded = value, true
		}
		if name, ok := strings.CutPrefix(key, "label:"); ok {
			p.Labels[name], p.Recorded = value, true
		}
	}
	sources, err := parseDependencies(body)
	for key, value := range sources {
		p.Sources[strings.TrimPrefix(key, Dependency)] = digest.Digest(value)
	}
	return p, err
}
