package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/cli/cli"
	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/solver/pb"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// methodLint is the frontend's word for a check.
const methodLint = "lint"

// Answer shows a frontend's answer as `docker buildx build` does. file is the Dockerfile's name here, empty where it is
// no file of this machine.
func Answer(dockerCLI command.Cli, method request.Method, file string, answer map[string]string) error {
	var text bytes.Buffer
	body := []byte(answer["result.json"])
	if method.Format == formatJSON && len(body) > 0 {
		return block(dockerCLI.Out(), string(visible.UncommandedJSON(visible.JSON(body)))+"\n")
	}
	if err := writeAnswer(&text, method.Name, file, answer); err != nil {
		return failure.Wrap(failure.ErrBuild, fmt.Errorf("the frontend's answer cannot be shown: %w", err), "")
	}
	return block(dockerCLI.Out(), text.String())
}

// writeAnswer writes what a frontend says. BuildKit's printers trust it to be complete, and end the program where it
// is not.
func writeAnswer(text *bytes.Buffer, method, file string, answer map[string]string) (err error) {
	defer incomplete(&err)
	body := []byte(answer["result.json"])
	switch method {
	case methodLint:
		return writeLint(text, file, body)
	case "outline":
		return outline.PrintOutline(body, text)
	case "targets":
		return targets.PrintTargets(body, text)
	case "subrequests.describe":
		return subrequests.PrintDescribe(body, text)
	}
	text.WriteString(answer["result.txt"])
	return nil
}

// incomplete makes an error of the end of a printer that has found a hole.
func incomplete(err *error) {
	if reason := recover(); reason != nil {
		*err = fmt.Errorf("it is not complete: %v", reason)
	}
}

// writeLint writes how many warnings there are, and each of them.
func writeLint(text *bytes.Buffer, file string, body []byte) error {
	var results lint.LintResults
	if err := json.Unmarshal(body, &results); err != nil {
		return err
	}
	switch count := len(results.Warnings); {
	case count > 1:
		text.WriteString("Check complete, " + strconv.Itoa(count) + " warnings have been found!\n")
	case count == 1:
		text.WriteString("Check complete, 1 warning has been found!\n")
	case results.Error == nil:
		text.WriteString("Check complete, no warnings found.\n")
	}
	err := results.PrintTo(text, named(file))
	if len(results.Warnings) > 0 && results.Error != nil {
		text.WriteString("\n")
	}
	return err
}

// named gives the source of a warning the name that its file has here.
func named(file string) lint.SourceInfoMap {
	return func(source *pb.SourceInfo) *pb.SourceInfo {
		if source == nil || file == "" {
			return source
		}
		here := source.CloneVT()
		here.Filename = file
		return here
	}
}

// Unbuildable is what a check says that keeps the Dockerfile from being built, as an error with the exit code that
// `docker buildx build` ends with; nil where there is nothing.
func Unbuildable(method request.Method, file string, answer map[string]string) error {
	var results lint.LintResults
	unread := json.Unmarshal([]byte(answer["result.json"]), &results)
	if method.Name != methodLint || unread != nil || results.Error == nil {
		return nil //nolint:nilerr // an answer that cannot be read is told by Answer
	}
	var text bytes.Buffer
	func() {
		var hole error // its place is not known then
		defer incomplete(&hole)
		results.PrintErrorTo(&text, named(file))
	}()
	if text.Len() == 0 {
		text.WriteString(results.Error.Message)
	}
	return cli.StatusError{Status: strings.TrimSpace(visible.Block(text.String())), StatusCode: 1}
}
