package plugintest

import (
	"bufio"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/docker/cli/cli/streams"
	"gotest.tools/v3/assert"
)

// endOfScreen is what no output has in it.
const endOfScreen = '\x00'

// Screen is all that show writes to a terminal of 24 rows and so many columns, its lines ended by a newline alone.
// The terminal is open until all of it was read: of one that is closed before, Linux may lose what is more than its
// buffer of 4096 bytes takes.
func Screen(t *testing.T, columns uint16, show func(*streams.Out) error) string {
	t.Helper()
	master, tty, err := pty.Open()
	assert.NilError(t, err)
	defer func() {
		assert.Check(t, tty.Close())
		assert.Check(t, master.Close())
	}()
	assert.NilError(t, pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: columns}))
	type reading struct {
		text string
		err  error
	}
	read := make(chan reading, 1)
	go func() {
		text, err := bufio.NewReader(master).ReadString(endOfScreen)
		read <- reading{text, err}
	}()
	assert.NilError(t, show(streams.NewOut(tty)))
	_, err = tty.Write([]byte{endOfScreen})
	assert.NilError(t, err)
	seen := <-read
	assert.NilError(t, seen.err)
	return strings.ReplaceAll(strings.TrimSuffix(seen.text, string(endOfScreen)), "\r\n", "\n")
}
