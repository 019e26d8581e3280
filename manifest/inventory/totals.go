package inventory

import "sync/atomic"

// totals are those of all layers of one image.
type totals struct {
	files, folders, names, packages atomic.Int64
	// plain are the bytes of the archives, bodies those of the files in them: holes in files cost no byte of an archive.
	plain, bodies atomic.Int64
	// most is how many bytes there may be.
	most int64
}

// allow bounds what all layers, of which these are the descriptors, may be decompressed to together.
func (t *totals) allow(layers []Layer) {
	var packed int64
	for _, layer := range layers {
		packed += min(max(layer.Descriptor.Size, 0), maxPacked)
	}
	t.most = maxPlain + maxRatio*min(packed, maxPacked)
}

func (t *totals) add(files, names int) error {
	switch {
	case t.files.Add(int64(files)) > maxFiles:
		return beyond("the image has more than %d files", maxFiles)
	case t.names.Add(int64(names)) > maxNames:
		return beyond("the image has more than %d bytes of names", maxNames)
	}
	return nil
}

// addFolders counts folders that files lie in, listed or not: few files can lie in many.
func (t *totals) addFolders(n int) error {
	if t.folders.Add(int64(n)) > maxFolders {
		return beyond("the files of the image lie in more than %d folders", maxFolders)
	}
	return nil
}
