package plugin_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// No string of the libraries names a command of this program, or a flag that it alone has: what to type is said here.
func TestLibrariesNameNoCommands(t *testing.T) {
	ours := regexp.MustCompile(`docker multiplat|--(allow-(foreign|mixed|moved|shrink|untested)|amend|arch-tags|` +
		`binfmt-image|buildkit-image|deep|drop-attestations|emulation|emulators|manual|media-type|` +
		`no-overwrite|no-test-cache|node|persist|reason|recreate|report|retry-timeout|test|test-[a-z-]+)\b`)
	seen := 0
	for _, library := range []string{"builder", "manifest"} {
		err := filepath.WalkDir(filepath.Join("..", library), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			seen++
			for at, text := range literals(t, path) {
				found := ours.FindString(text)
				assert.Check(t, found == "", "%s says %q", at, found)
			}
			return nil
		})
		assert.NilError(t, err)
	}
	assert.Assert(t, seen > 100)
}

// literals are the strings of a file by their position; a sum of literals is one string.
func literals(t *testing.T, path string) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	assert.NilError(t, err)
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if text, ok := constant(e); ok {
				found[files.Position(n.Pos()).String()] = text
				return false
			}
		}
		return true
	})
	return found
}

// constant is the text of a literal, or of a sum of literals.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, isLeft := constant(e.X)
		right, isRight := constant(e.Y)
		return left + right, isLeft && isRight && e.Op == token.ADD
	}
	return "", false
}
