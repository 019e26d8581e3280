package plugin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// readMetadataFiles reads the files of merge --from. Each names an image by its digest, so what is merged is what its
// machine has published. Files that say another revision or Dockerfile than an earlier one are refused.
func readMetadataFiles(files []string, mixed bool) ([]sourcePlace, error) {
	var places []sourcePlace
	agreed := agreement{}
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
			if err := agreed.check(file, m.Platforms); err != nil && !mixed {
				return nil, err
			}
			places = append(places, place)
		}
	}
	return places, nil
}

// readMetadata reads one file: the metadata of an image, or of several by name.
func readMetadata(file string) ([]imageMetadata, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, fail(errUsage, fmt.Errorf("reading the metadata file: %w", err), "")
	}
	var one imageMetadata
	if err := json.Unmarshal(body, &one); err != nil {
		return nil, usageError("%q is no metadata file: %s; make it with publish --by-digest --metadata-file", file, err)
	}
	if one.Digest != "" {
		return []imageMetadata{one}, nil
	}
	var several map[string]json.RawMessage
	if err := json.Unmarshal(body, &several); err != nil {
		return nil, usageError("%q is no metadata file: %s; make it with publish --by-digest --metadata-file", file, err)
	}
	var images []imageMetadata
	for _, name := range slices.Sorted(maps.Keys(several)) {
		var m imageMetadata
		if err := json.Unmarshal(several[name], &m); err == nil && m.Digest != "" {
			images = append(images, m)
		}
	}
	if len(images) == 0 {
		return nil, usageError("%q names no image; make it with publish --by-digest --metadata-file", file)
	}
	return images, nil
}

// placeOf is where the image of a file is, by digest.
func placeOf(m imageMetadata, file string) (sourcePlace, error) {
	first, _, _ := strings.Cut(m.Name, ",")
	named, err := reference.ParseNormalizedNamed(cmp.Or(m.Repository, first))
	if err == nil {
		err = m.Digest.Validate()
	}
	if err != nil {
		return sourcePlace{}, fail(errUsage, fmt.Errorf("reading the image's name in %q: %w", file, err), "")
	}
	image := sourceName{name: reference.TrimNamed(named), ref: m.Digest.String()}
	return sourcePlace{text: image.String(), image: image}, nil
}
