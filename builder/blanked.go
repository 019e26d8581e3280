package builder

import (
	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// blanked is a display without the secrets of the addresses that a build reads, and in what failed without those that
// it has signed in with.
type blanked struct {
	progress.Writer
	blank  func(string) string
	signed *signIn
}

// Write implements [progress.Writer]. What it is given is others' as well, and is not changed.
func (b blanked) Write(status *client.SolveStatus) {
	shown := *status
	shown.Vertexes, shown.Statuses, shown.Logs, shown.Warnings = nil, nil, nil, nil
	for _, v := range status.Vertexes {
		copied := *v
		copied.Name, copied.Error = b.blank(v.Name), b.signed.blank(b.blank(v.Error))
		shown.Vertexes = append(shown.Vertexes, &copied)
	}
	for _, s := range status.Statuses {
		copied := *s
		copied.ID, copied.Name = b.blank(s.ID), b.blank(s.Name)
		shown.Statuses = append(shown.Statuses, &copied)
	}
	for _, l := range status.Logs {
		copied := *l
		copied.Data = []byte(b.blank(string(l.Data)))
		shown.Logs = append(shown.Logs, &copied)
	}
	for _, w := range status.Warnings {
		copied := *w
		copied.Short, copied.URL = []byte(b.blank(string(w.Short))), b.blank(w.URL)
		copied.Detail = make([][]byte, len(w.Detail))
		for i, line := range w.Detail {
			copied.Detail[i] = []byte(b.blank(string(line)))
		}
		shown.Warnings = append(shown.Warnings, &copied)
	}
	b.Writer.Write(&shown)
}

// blankError takes those secrets out of an error's text, and keeps the error.
func blankError(err error, blank func(string) string) error {
	if err == nil {
		return nil
	}
	return targetError{error: err, text: blank(err.Error())}
}

// shownOf is an error of one request as shown has it.
func shownOf(err error, r request.Request, signed *signIn) error {
	hint := func(text string) string { return signInHint([]Work{{Request: r}}, text) }
	return (&run{blank: r.Blank(), signed: signed, hint: hint}).shown(err)
}

// shown is an error without the secrets of addresses, and of what was signed in with. It says what to do about an
// address that was not signed in at.
func (b *run) shown(err error) error {
	return blankError(err, func(text string) string { return b.signed.blank(b.blank(text)) + b.hint(text) })
}

// blankAll takes the secrets of the addresses of all works out of a text.
func blankAll(works []Work) func(text string) string {
	blanks := make([]func(string) string, 0, len(works))
	for _, w := range works {
		blanks = append(blanks, w.Request.Blank())
	}
	return func(text string) string {
		for _, blank := range blanks {
			text = blank(text)
		}
		return text
	}
}
