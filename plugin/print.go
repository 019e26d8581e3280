package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/docker/cli/cli/command"
)

// say writes one line for the user to standard error.
func say(dockerCLI command.Cli, format string, args ...any) {
	_, _ = fmt.Fprintf(dockerCLI.Err(), format+"\n", args...)
}

// table is rows under a header, in columns.
type table struct{ rows [][]string }

func newTable(header ...string) *table { return &table{rows: [][]string{header}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) error {
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range t.rows {
		if _, err := fmt.Fprintln(columns, strings.TrimRight(strings.Join(row, "\t"), "\t")); err != nil {
			return err
		}
	}
	return columns.Flush()
}

// interrupted replaces whatever a cancelled context made of the work by one clear word.
func interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	var f *failure
	if errors.As(err, &f) { // what it says of tags is still true
		return fail(errInterrupted, errInterrupted, f.next, f.notes...)
	}
	return fail(errInterrupted, errInterrupted, "")
}
