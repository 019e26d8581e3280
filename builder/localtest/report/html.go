package report

import (
	"html/template"
	"io"
)

const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Tests of {{.Run.Name}}</title>
<style>body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em .6em}
pre{background:#eee;padding:.6em;overflow:auto}</style></head><body>
<h1>Tests of {{.Run.Name}}</h1>
<table>{{range $i, $row := .Matrix}}<tr>
{{- range $row}}{{if eq $i 0}}<th>{{.}}</th>{{else}}<td>{{.}}</td>{{end}}{{end}}</tr>
{{end}}</table>
{{range $p := .Run.Platforms}}{{range $p.Notes}}<p>{{$p.Name}}: {{.}}</p>
{{end}}{{end}}
{{range $p := .Run.Platforms}}{{if and $p.Reason (not $p.Cases)}}<p>{{$p.Name}}: {{$p.Verdict}}: {{$p.Reason}}</p>
{{if $p.Output}}<pre>{{$p.Output}}</pre>
{{end}}{{end}}{{range $p.Cases}}{{if ne .Verdict "passed"}}<h2>{{$p.Name}}: {{.Name}}: {{.Verdict}}</h2>
<p>{{.Reason}}</p>
{{if .Output}}<pre>{{.Output}}</pre>{{end}}
{{end}}{{end}}{{end}}{{if .Emulated}}<h2>Emulated steps of the build</h2>
<table>{{range $i, $row := .Emulated}}<tr>
{{- range $row}}{{if eq $i 0}}<th>{{.}}</th>{{else}}<td>{{.}}</td>{{end}}{{end}}</tr>
{{end}}</table>
{{end}}</body></html>
`

func writeHTML(w io.Writer, run Run) error {
	parsed, err := template.New("report").Parse(page)
	if err != nil {
		return err
	}
	return parsed.Execute(w, struct {
		Run    Run
		Matrix [][]string

		Emulated [][]string
	}{run, Matrix(run), emulated(run)})
}
