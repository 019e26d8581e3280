package trial

import (
	"cmp"
	"context"
	"os"
	"os/exec"

	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// DefaultTester is who uses this machine: the name git signs commits with, else that of the account; empty when neither
// is known.
func DefaultTester(ctx context.Context) string {
	name, err := exec.CommandContext(ctx, "git", "config", "user.name").Output()
	if err != nil { // there is no git, or it knows no name
		name = nil
	}
	return cmp.Or(record.Printable(string(name)), record.Printable(os.Getenv("USER")),
		record.Printable(os.Getenv("USERNAME")))
}
