package view

import (
	"fmt"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest/report"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/build"
)

// printMatrix shows tests by platforms, when there is more than one of both.
func printMatrix(dockerCLI command.Cli, r build.Result) error {
	run := report.Run{Platforms: platformsOf(r, nil)}
	matrix := report.Matrix(run)
	const header, footer, few = 1, 1, 1
	if len(matrix)-header-footer <= few || len(run.Platforms) <= few {
		return nil
	}
	grid := section{
		title: matrix[0][0], header: matrix[0], rows: matrix[header : len(matrix)-footer], sides: matrix[0][1:],
	}
	Say(dockerCLI, "")
	return printTable(dockerCLI.Err(), grid.grid(int(widthOf(dockerCLI.Err()))))
}

// testsOf counts the tests that passed.
func testsOf(row build.Row, level detail) string {
	if len(row.Report.Cases) == 0 {
		return "-"
	}
	good := 0
	for _, c := range row.Report.Cases {
		if c.Verdict.Good() {
			good++
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%d/%d %s", good, len(row.Report.Cases), level.time(row.Report.Took)))
}
