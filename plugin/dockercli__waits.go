package plugin

import "time"

const (
	// engineWait is how long a command that only tidies up waits for an engine that does not answer.
	engineWait = 5 * time.Second
	// engineLimit is how long the engine may take to tell what is only good for a better sentence.
	engineLimit = 3 * time.Second
)
