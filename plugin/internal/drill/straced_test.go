//go:build drill

package drill

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// systemCall is one system call that ended well, as strace writes it.
type systemCall struct {
	name string
	args []string
	// result is the descriptor or the number that it returned.
	result string
}

// readCalls reads what strace -f -y -xx wrote, in the order in which the calls ended. What is closed is closed once that
// began: another thread may open something under the same number before it has ended.
func readCalls(t *testing.T, log []byte) (calls []systemCall) {
	t.Helper()
	unfinished := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(log))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		process, line, _ := strings.Cut(lines.Text(), " ")
		line = strings.TrimSpace(line)
		if begun, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			unfinished[process] = begun
			if of, closes := strings.CutPrefix(begun, "close("); closes {
				calls = append(calls, systemCall{"close", []string{strings.TrimSuffix(of, ")")}, "0"})
			}
			continue
		}
		resumed := strings.HasPrefix(line, "<... ")
		if resumed {
			_, rest, _ := strings.Cut(line, "resumed>")
			line = unfinished[process] + rest
		}
		name, rest, isCall := strings.Cut(line, "(")
		if name == "close" && resumed {
			continue
		}
		end := strings.LastIndex(rest, ") ")
		if !isCall || end < 0 {
			continue // a process that ended
		}
		result := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest[end+1:]), "="))
		if !strings.HasPrefix(result, "-1") && !strings.HasPrefix(result, "?") {
			calls = append(calls, systemCall{name, strings.Split(rest[:end], ", "), result})
		}
	}
	assert.NilError(t, lines.Err())
	return calls
}

// text is a string that was given to a call.
func (c systemCall) text(t *testing.T, arg int) string {
	t.Helper()
	text, err := strconv.Unquote(c.args[arg])
	assert.NilError(t, err, "%v", c)
	return text
}

// path is what a descriptor of a folder and a name together lead to.
func (c systemCall) path(t *testing.T, folder int) string {
	t.Helper()
	name := c.text(t, folder+1)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(described(t, c.args[folder]), name)
}

// described is the path that strace shows of a descriptor.
func described(t *testing.T, descriptor string) string {
	t.Helper()
	_, path, ok := strings.Cut(strings.TrimSuffix(descriptor, ">"), "<")
	assert.Assert(t, ok, descriptor)
	text, err := strconv.Unquote(`"` + path + `"`)
	assert.NilError(t, err)
	return text
}

// number is that of a descriptor.
func number(descriptor string) string {
	n, _, _ := strings.Cut(descriptor, "<")
	return n
}

// changing are the calls that change files, and those that make them last.
func changing() string {
	return "openat,mkdirat,renameat,renameat2,linkat,symlinkat,unlinkat,write,pwrite64,lseek,ftruncate,truncate," +
		"close,fsync,fdatasync,sync,syncfs,copy_file_range,sendfile,splice"
}

// follow runs a command under strace, and returns what it did to files.
func (d *try) follow(t *testing.T, command []string, env ...string) ([]systemCall, ended) {
	t.Helper()
	log := filepath.Join(d.folder, "strace")
	cmd := d.command(t.Context(), "")
	cmd.Env = append(cmd.Env, env...)
	got := start(t, cmd, append([]string{
		"strace", "-f", "-qq", "-y", "-xx", "-s", "16777216", "-o", log, "-e", "signal=none", "-e", "trace=" + changing(),
	}, command...)...)
	text, err := os.ReadFile(log)
	assert.NilError(t, err)
	return readCalls(t, text), got
}
