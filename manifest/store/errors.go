package store

import "errors"

var (
	// ErrFormat marks a folder that holds something else than a store of this format.
	ErrFormat = errors.New("not a store of this version of docker-multiplat")
	// ErrFolder marks a folder that cannot be used: of another owner, not writable, or not a folder.
	ErrFolder = errors.New("unusable store folder")
	// ErrTemporary marks a folder of temporary files that cannot be used.
	ErrTemporary = errors.New("unusable folder of temporary files")
	// ErrNoDraft marks the name of a draft that is not there.
	ErrNoDraft = errors.New("no such draft")
	// ErrCrowded marks a store that takes no draft more.
	ErrCrowded = errors.New("the store has as many drafts as it takes")
	// ErrIndex marks an index.json that is gone or cannot be read: nothing tells which blobs are needed. [Repair] helps.
	ErrIndex = errors.New("its list of drafts is lost")
	// ErrCorrupt marks a blob or an index.json that is missing, truncated or otherwise not what it should be.
	ErrCorrupt = errors.New("the store is damaged")
)
