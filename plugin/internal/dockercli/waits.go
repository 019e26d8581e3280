package dockercli

import "time"

const (
	// EngineWait is how long a command that only tidies up waits for an engine that does not answer.
	EngineWait = 5 * time.Second
	// EngineLimit is how long the engine may take to tell what is only good for a better sentence.
	EngineLimit = 3 * time.Second
)
