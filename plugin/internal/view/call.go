package view

import (
	"bytes"
	"fmt"

	"github.com/docker/cli/cli/command"
	"github.com/moby/buildkit/frontend/subrequests"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// Answer shows a frontend's answer as `docker buildx build` does.
func Answer(dockerCLI command.Cli, method request.Method, answer map[string]string) error {
	var text bytes.Buffer
	body := []byte(answer["result.json"])
	if method.Format == formatJSON && len(body) > 0 {
		return block(dockerCLI.Out(), string(visible.JSON(body))+"\n")
	}
	if err := writeAnswer(&text, method.Name, answer); err != nil {
		return failure.Wrap(failure.ErrBuild, fmt.Errorf("the frontend's answer cannot be shown: %w", err), "")
	}
	return block(dockerCLI.Out(), text.String())
}

// writeAnswer writes what a frontend says. BuildKit's printers trust it to be complete, and end the program where it
// is not.
func writeAnswer(text *bytes.Buffer, method string, answer map[string]string) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("it is not complete: %v", reason)
		}
	}()
	body := []byte(answer["result.json"])
	switch method {
	case "lint":
		return lint.PrintLintViolations(body, text, nil)
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
