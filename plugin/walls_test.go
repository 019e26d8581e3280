package plugin_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// parsedFiles are the files of the program itself below a folder, by their path.
func parsedFiles(t *testing.T, folder string) (*token.FileSet, map[string]*ast.File) {
	t.Helper()
	set, files := token.NewFileSet(), map[string]*ast.File{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "e2e" || name == "plugintest" || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		files[path] = parsed
		return err
	})
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 10)
	return set, files
}

// selector is X.Y of an expression, in which X is a name.
func selector(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := s.X.(*ast.Ident); ok {
		return x.Name + "." + s.Sel.Name
	}
	return "." + s.Sel.Name
}

// Nothing of ours writes to a terminal behind the back of the view: no type has the streams of the Docker CLI as its
// own, by which the linter does not know them, and nothing is printed by the language itself.
func TestNoSecretWayToTheTerminal(t *testing.T) {
	set, files := parsedFiles(t, "..")
	for path, file := range files {
		if strings.HasSuffix(path, filepath.Join("dockercli", "elsewhere.go")) {
			continue // the Docker CLI at another engine, which Host keeps to itself
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.StructType:
				assertNoStreams(t, set, n.Fields)
			case *ast.InterfaceType:
				assertNoStreams(t, set, n.Methods)
			case *ast.CallExpr:
				name, _ := n.Fun.(*ast.Ident)
				assert.Check(t, name == nil || name.Name != "print" && name.Name != "println", "%s prints by the language",
					set.Position(n.Pos()))
			}
			return true
		})
	}
}

// assertNoStreams refuses embedded streams.
func assertNoStreams(t *testing.T, set *token.FileSet, fields *ast.FieldList) {
	t.Helper()
	for _, field := range fields.List {
		of := field.Type
		if pointer, ok := of.(*ast.StarExpr); ok {
			of = pointer.X
		}
		embedded := len(field.Names) == 0 && slices.Contains([]string{
			"command.Cli", "command.Streams", "command.DockerCli", "streams.Out", "streams.In",
		}, selector(of))
		assert.Check(t, !embedded, "%s embeds %s", set.Position(field.Pos()), selector(of))
	}
}

// The view writes in one file only, whose functions make everything fit for a terminal.
func TestOnePlacePrints(t *testing.T) {
	view := filepath.Join("internal", "view")
	set, files := parsedFiles(t, view)
	writes := []string{"fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "io.WriteString", "io.Copy", "tabwriter.NewWriter"}
	for path, file := range files {
		if path == filepath.Join(view, "print.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			assert.Check(t, !slices.Contains(writes, selector(call.Fun)), "%s writes by %s", set.Position(n.Pos()),
				selector(call.Fun))
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || method.Sel.Name != "Write" && method.Sel.Name != "WriteString" {
				return true
			}
			if stream, ok := method.X.(*ast.CallExpr); ok {
				of, _ := stream.Fun.(*ast.SelectorExpr)
				assert.Check(t, of == nil || of.Sel.Name != "Out" && of.Sel.Name != "Err", "%s writes to a stream",
					set.Position(n.Pos()))
			}
			return true
		})
	}
}
