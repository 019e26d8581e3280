package failure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const modulePath = "github.com/docker-multiplat/docker-multiplat"

// class is an error class by the import path of its package and its name.
type class struct{ path, name string }

// Every exported class of error of builder and manifest has a row in the switch of the exit codes, or wraps one that
// has: none ends as a bug because it was forgotten.
func TestEveryClassHasAnExitCode(t *testing.T) {
	root := moduleRoot(t)
	rows := switchRows(t, ".")
	assert.Assert(t, len(rows) > 20, "the switch was not read: %v", rows)
	wraps := map[class][]class{}
	for _, folder := range []string{"builder", "manifest"} {
		readClasses(t, root, folder, wraps)
	}
	assert.Assert(t, len(wraps) > 30, "the classes were not read: %v", wraps)
	for c := range wraps {
		if strings.Contains(c.path, "/internal/") {
			continue // no other package can name it
		}
		assert.Check(t, hasRow(c, rows, wraps), "%s.%s has no row in ExitCode and wraps nothing that has one", c.path, c.name)
	}
	for row := range rows {
		if strings.HasPrefix(row.path, modulePath+"/builder") || strings.HasPrefix(row.path, modulePath+"/manifest") {
			_, there := wraps[row]
			assert.Check(t, there, "the row of %s.%s was not found where it is declared", row.path, row.name)
		}
	}
}

// hasRow tells whether a class, or one that it wraps, is in the switch.
func hasRow(c class, rows map[class]bool, wraps map[class][]class) bool {
	if rows[c] {
		return true
	}
	for _, wrapped := range wraps[c] {
		if hasRow(wrapped, rows, wraps) {
			return true
		}
	}
	return false
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	assert.NilError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		assert.Assert(t, folder != filepath.Dir(folder), "no go.mod above")
		folder = filepath.Dir(folder)
	}
}

// switchRows are the classes that ExitCode names, in a package's folder.
func switchRows(t *testing.T, folder string) map[class]bool {
	t.Helper()
	rows := map[class]bool{}
	for _, file := range parseFolder(t, folder) {
		for _, declared := range file.Decls {
			if f, ok := declared.(*ast.FuncDecl); ok && f.Name.Name == "ExitCode" && f.Recv == nil {
				for _, c := range namedIn(f.Body, file, "") {
					rows[c] = true
				}
			}
		}
	}
	return rows
}

// readClasses adds the exported classes of all packages below a folder, and what each of them wraps.
func readClasses(t *testing.T, root, folder string, wraps map[class][]class) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, folder), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		relative, err := filepath.Rel(root, name)
		assert.NilError(t, err)
		importPath := path.Join(modulePath, filepath.ToSlash(relative))
		for _, file := range parseFolder(t, name) {
			addClasses(file, importPath, wraps)
		}
		return nil
	})
	assert.NilError(t, err)
}

// addClasses adds the classes that a file declares.
func addClasses(file *ast.File, importPath string, wraps map[class][]class) {
	for _, declared := range file.Decls {
		block, ok := declared.(*ast.GenDecl)
		if !ok || block.Tok != token.VAR {
			continue
		}
		for _, spec := range block.Specs {
			values, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, name := range values.Names {
				if !isClass(name.Name) {
					continue
				}
				c := class{importPath, name.Name}
				wraps[c] = []class{}
				if i < len(values.Values) {
					wraps[c] = namedIn(values.Values[i], file, importPath)
				}
			}
		}
	}
}

// namedIn are the classes that a piece of a file names; here is the package of the file.
func namedIn(node ast.Node, file *ast.File, here string) []class {
	var found []class
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if from, ok := n.X.(*ast.Ident); ok && isClass(n.Sel.Name) {
				found = append(found, class{imported(file, from.Name), n.Sel.Name})
			}
			return false
		case *ast.Ident:
			if isClass(n.Name) {
				found = append(found, class{here, n.Name})
			}
		}
		return true
	})
	return found
}

// imported is the import path behind a package's name in a file.
func imported(file *ast.File, name string) string {
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path.Base(importPath) == name {
			return importPath
		}
	}
	return ""
}

// isClass tells the name of an exported class of error.
func isClass(name string) bool {
	return len(name) > len("Err") && strings.HasPrefix(name, "Err") && strings.ToUpper(name[3:4]) == name[3:4]
}

// parseFolder reads the Go files of a folder that are no tests.
func parseFolder(t *testing.T, folder string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	assert.NilError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		assert.NilError(t, err)
		files = append(files, file)
	}
	return files
}
