package release

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/inputs"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/ref"
)

// readMetadataFiles reads the files of merge --from. Each names an image by its digest, so what is merged is what its
// machine has published. Files that say another revision or Dockerfile than an earlier one are refused.
func readMetadataFiles(files []string, mixed bool) ([]ref.Source, error) {
	var places []ref.Source
	agreed := inputs.Agreement{}
	for _, file := range files {
		images, err := readMetadata(file)
		if err != nil {
			return nil, err
		}
		for _, m := range images {
			place, err := placeOf(m, file)
			if err != nil {
				return nil, err
			}
			if err := agreed.Check(file, m.Platforms); err != nil && !mixed {
				return nil, err
			}
			places = append(places, place)
		}
	}
	return places, nil
}

// maxMetadata is the largest metadata file that is read.
const maxMetadata = 4 << 20

// readMetadata reads one file: the metadata of an image, or of several by name.
func readMetadata(file string) ([]inputs.ImageMetadata, error) {
	body, err := localfile.Read(file, maxMetadata)
	if err != nil {
		return nil, failure.Wrap(failure.ErrUsage, fmt.Errorf("--from: reading the metadata file: %w", err), "")
	}
	var one inputs.ImageMetadata
	if err := json.Unmarshal(body, &one); err != nil {
		return nil, failure.Usage(
			"--from %q is no metadata file: %s; make it with publish --by-digest --metadata-file",
			file,
			err,
		)
	}
	if one.Digest != "" {
		return []inputs.ImageMetadata{one}, nil
	}
	var several map[string]json.RawMessage
	if err := json.Unmarshal(body, &several); err != nil {
		return nil, failure.Usage(
			"--from %q is no metadata file: %s; make it with publish --by-digest --metadata-file",
			file,
			err,
		)
	}
	var images []inputs.ImageMetadata
	for _, name := range slices.Sorted(maps.Keys(several)) {
		var m inputs.ImageMetadata
		if err := json.Unmarshal(several[name], &m); err == nil && m.Digest != "" {
			images = append(images, m)
		}
	}
	if len(images) == 0 {
		return nil, failure.Usage("%q names no image; make it with publish --by-digest --metadata-file", file)
	}
	return images, nil
}

// placeOf is where the image of a file is, by digest.
func placeOf(m inputs.ImageMetadata, file string) (ref.Source, error) {
	first, _, _ := strings.Cut(m.Name, ",")
	named, err := reference.ParseNormalizedNamed(cmp.Or(m.Repository, first))
	if err == nil {
		err = m.Digest.Validate()
	}
	if err != nil {
		return ref.Source{}, failure.Wrap(failure.ErrUsage, fmt.Errorf("reading the image's name in %q: %w", file, err), "")
	}
	image := ref.Image{Name: reference.TrimNamed(named), Ref: m.Digest.String()}
	return ref.Source{Text: image.String(), Image: image}, nil
}
