package view

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/cli/cli/command"

	"github.com/docker-multiplat/docker-multiplat/manifest/reproducible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/columns"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/reproduce"
)

// Reproduction shows what came of a second build. All has every row shown, in whole.
func Reproduction(dockerCLI command.Cli, format string, all bool, r reproduce.Result) error {
	switch {
	case isTemplate(format):
		return printTemplate(dockerCLI, format, r)
	case format == formatJSON:
		return encode(dockerCLI.Out(), r, "")
	}
	var p page
	p.line("%s", r.Name)
	p.add(section{title: "INPUT", header: []string{"", "VALUE", "FROM"}, rows: inputRows(r), whole: true})
	rows := make([][]string, 0, len(r.Platforms))
	for _, one := range r.Platforms {
		rows = append(rows, []string{one.Platform, one.Result, tameText(firstOfSecond(one))})
	}
	p.add(section{title: "PLATFORM", header: []string{"", "BUILT AGAIN", "FIRST DIFFERENCE"}, rows: rows, whole: true})
	for i, one := range r.Platforms {
		if like := alike(r.Platforms[:i], one); like != "" {
			p.line("%s differs as %s does", one.Platform, like)
			continue
		}
		p.differences(one)
	}
	if format == formatMarkdown {
		return p.markdown(dockerCLI.Out())
	}
	return p.text(dockerCLI.Out(), int(widthOf(dockerCLI.Out())), all)
}

// inputRows say what the second build was made from. Values of arguments are not shown.
func inputRows(r reproduce.Result) (rows [][]string) {
	for _, t := range r.Inputs {
		value := tameText(t.Value)
		if value == "" {
			value = "-"
		}
		rows = append(rows, []string{tameText(t.What), value, t.From})
	}
	return rows
}

// tameText is a text of others, fit for a cell.
func tameText(text string) string { return fmt.Sprint(tame(text)) }

// firstOfSecond names the first layer that differs.
func firstOfSecond(p reproduce.Platform) string {
	switch {
	case p.Result == reproduce.Same:
		return "-"
	case p.Result == reproduce.Failed:
		return p.Error
	case len(p.Layers) > 0:
		return layerTitle(p.Layers[0])
	}
	return "the config"
}

func layerTitle(l reproducible.Layer) string {
	if l.CreatedBy == "" {
		return fmt.Sprintf("layer %d", l.Number)
	}
	text := strings.TrimSuffix(l.CreatedBy, " # buildkit")
	return fmt.Sprintf("layer %d: %s", l.Number, strings.Replace(text, "RUN /bin/sh -c ", "RUN ", 1))
}

// alike is an earlier platform that differs in the same files for the same causes; empty for none.
func alike(earlier []reproduce.Platform, one reproduce.Platform) string {
	same := func(a, b reproducible.Finding) bool { return a.Path == b.Path && a.Cause == b.Cause }
	for _, other := range earlier {
		if len(one.Findings()) > 0 && len(one.Layers) == len(other.Layers) &&
			slices.EqualFunc(one.Findings(), other.Findings(), same) {
			return other.Platform
		}
	}
	return ""
}

// differences show what differs of one platform, and why.
func (p *page) differences(one reproduce.Platform) {
	for _, layer := range one.Layers {
		p.line("%s", columns.Shorten(tameText(one.Platform+", "+layerTitle(layer)), pageWidth, false))
		p.add(section{title: "CAUSE", header: []string{"", "FILE", "WHAT"}, rows: findingRows(layer.Findings, "/")})
		if left := layer.Differing - len(layer.Findings); left > 0 {
			p.line("and %s more", Count(left, "file"))
		}
	}
	if len(one.Config) > 0 {
		p.line("%s, the config", one.Platform)
		p.add(section{title: "CAUSE", header: []string{"", "FIELD", "WHAT"}, rows: findingRows(one.Config, "")})
	}
}

func findingRows(findings []reproducible.Finding, root string) (rows [][]string) {
	for _, f := range findings {
		path := "-"
		if f.Path != "" {
			path = root + tameText(f.Path)
		}
		rows = append(rows, []string{string(f.Cause), path, tameText(f.Detail)})
	}
	return rows
}

// Irreproducible is the error of a second build that did not make the same image.
func Irreproducible(r reproduce.Result) error {
	var failed []error
	var differing []string
	for _, p := range r.Platforms {
		switch {
		case p.Err != nil:
			failed = append(failed, p.Err)
		case p.Result == reproduce.Differs:
			differing = append(differing, p.Platform)
		}
	}
	if len(failed) > 0 {
		return failure.Wrap(failure.ErrBuild, errors.Join(failed...), "")
	}
	if len(differing) == 0 {
		return nil
	}
	return failure.Wrap(failure.ErrDifferent, fmt.Errorf("building %q again has made other images for %s", r.Name,
		strings.Join(differing, ", ")), "")
}
