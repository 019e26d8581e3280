package plugin

import "github.com/docker-multiplat/docker-multiplat/manifest/draft"

// untested stands here until all that use it say draft.Untested.
const untested = draft.Untested
