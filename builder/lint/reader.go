package lint

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// reader goes through the syntax of a script.
type reader struct {
	script *script
	seen   *variables
}

// learn notes all variables that are read or set.
func (r *reader) learn(file *syntax.File) {
	syntax.Walk(file, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.ParamExp:
			if n.Param != nil {
				r.script.reads = append(r.script.reads, n.Param.Value)
			}
		case *syntax.Assign:
			if n.Name != nil {
				r.script.sets[n.Name.Value] = append(r.script.sets[n.Name.Value], r.word(n.Value))
			}
		case *syntax.WordIter:
			r.script.sets[n.Name.Value] = append(r.script.sets[n.Name.Value], string(unknown))
		case *syntax.CallExpr:
			r.learnRead(n)
		}
		return true
	})
}

// learnRead notes the variables that `read` sets.
func (r *reader) learnRead(n *syntax.CallExpr) {
	if len(n.Args) == 0 || n.Args[0].Lit() != "read" {
		return
	}
	for _, arg := range n.Args[1:] {
		if name := arg.Lit(); name != "" && !strings.HasPrefix(name, "-") {
			r.script.sets[name] = append(r.script.sets[name], string(unknown))
		}
	}
}

// stmts reads commands; chosen tells that they run for some architecture only.
func (r *reader) stmts(list []*syntax.Stmt, chosen bool) {
	for _, s := range list {
		r.stmt(s, chosen)
	}
}

// stmt reads a command with its here-documents.
func (r *reader) stmt(s *syntax.Stmt, chosen bool) {
	for _, redirect := range s.Redirs {
		if redirect.Hdoc != nil {
			r.script.docs = append(r.script.docs, document{r.word(redirect.Hdoc), chosen})
		}
	}
	r.command(s.Cmd, chosen)
}

// command reads one, with those inside it.
func (r *reader) command(c syntax.Command, chosen bool) {
	switch n := c.(type) {
	case *syntax.CallExpr:
		r.call(n, chosen)
	case *syntax.BinaryCmd:
		r.stmt(n.X, chosen)
		r.stmt(n.Y, chosen || n.Op != syntax.Pipe && asksArchitecture(n.X))
	case *syntax.Block:
		r.stmts(n.Stmts, chosen)
	case *syntax.Subshell:
		r.stmts(n.Stmts, chosen)
	case *syntax.IfClause:
		for clause := n; clause != nil; clause = clause.Else {
			chosen = chosen || slices.ContainsFunc(clause.Cond, func(s *syntax.Stmt) bool { return asksArchitecture(s) })
			r.stmts(clause.Cond, chosen)
			r.stmts(clause.Then, chosen)
		}
	case *syntax.CaseClause:
		for _, item := range n.Items {
			inside := chosen || asksArchitecture(n.Word) ||
				slices.ContainsFunc(item.Patterns, func(w *syntax.Word) bool { return asksArchitecture(w) })
			r.stmts(item.Stmts, inside)
		}
	case *syntax.ForClause:
		r.stmts(n.Do, chosen || asksArchitecture(n.Loop))
	case *syntax.WhileClause:
		r.stmts(n.Do, chosen)
	case *syntax.FuncDecl:
		r.stmt(n.Body, chosen)
	case *syntax.TimeClause:
		if n.Stmt != nil {
			r.stmt(n.Stmt, chosen)
		}
	case *syntax.DeclClause:
		r.inside(n, chosen)
	}
}

// call reads a simple command, the commands whose output it takes, and the script that `sh -c` is given.
func (r *reader) call(n *syntax.CallExpr, chosen bool) {
	r.inside(n, chosen)
	var c call
	for _, a := range n.Assigns {
		if a.Name != nil {
			c.assigns = append(c.assigns, a.Name.Value+"="+r.word(a.Value))
		}
	}
	for _, arg := range n.Args {
		word := r.word(arg)
		if len(c.words) > 0 && strings.Contains(word, "=") && c.words[0] == "env" && len(bare(c.words)) == 1 {
			c.assigns = append(c.assigns, word)
		}
		c.words = append(c.words, word)
	}
	c.words, c.chosen = bare(c.words), chosen
	if len(c.words) > 2 && ofUnix(c.words) && strings.HasPrefix(c.words[1], "-") && strings.HasSuffix(c.words[1], "c") {
		if inner, err := parse(c.words[2], r.seen); err == nil {
			for _, deeper := range inner.calls {
				deeper.chosen = deeper.chosen || chosen
				r.script.calls = append(r.script.calls, deeper)
			}
		}
	}
	r.script.calls = append(r.script.calls, c)
}

// inside reads the commands whose output a command takes.
func (r *reader) inside(n syntax.Node, chosen bool) {
	syntax.Walk(n, func(node syntax.Node) bool {
		if subst, ok := node.(*syntax.CmdSubst); ok {
			r.stmts(subst.Stmts, chosen)
			return false
		}
		return true
	})
}

// word is the text of a word, as far as it is known.
func (r *reader) word(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var out strings.Builder
	r.parts(&out, w.Parts)
	return out.String()
}

// parts writes the parts of a word.
func (r *reader) parts(out *strings.Builder, parts []syntax.WordPart) {
	for _, part := range parts {
		switch n := part.(type) {
		case *syntax.Lit:
			out.WriteString(strings.ReplaceAll(n.Value, "\\\n", ""))
		case *syntax.SglQuoted:
			out.WriteString(n.Value)
		case *syntax.DblQuoted:
			r.parts(out, n.Parts)
		case *syntax.ParamExp:
			out.WriteString(r.value(n))
		default:
			out.WriteByte(unknown)
		}
	}
}

// value is what a variable is known to be.
func (r *reader) value(n *syntax.ParamExp) string {
	if n.Param == nil || n.Repl != nil || n.Slice != nil || n.Index != nil || n.Length || n.Exp != nil {
		return string(unknown)
	}
	name := n.Param.Value
	if values, ok := r.script.sets[name]; ok {
		if len(values) == 1 && !strings.ContainsRune(values[0], unknown) {
			return values[0]
		}
		return string(unknown)
	}
	if value, ok := r.seen.constant(name); ok {
		return value
	}
	return string(unknown)
}

// asksArchitecture tells whether a piece of a script has to do with the architecture: its variables, the programs that
// tell it, or one by its name.
func asksArchitecture(n syntax.Node) bool {
	if n == nil {
		return false
	}
	found := false
	syntax.Walk(n, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.ParamExp:
			if n.Param != nil {
				name := strings.ToUpper(n.Param.Value)
				found = found || strings.Contains(name, "ARCH") || strings.Contains(name, "PLATFORM") ||
					strings.Contains(name, "VARIANT") || strings.Contains(name, "MACHINE")
			}
		case *syntax.CallExpr:
			var words []string
			for _, arg := range n.Args {
				words = append(words, arg.Lit())
			}
			found = found || tellsArchitecture(call{words: words})
		case *syntax.Lit:
			found = found || len(architectures(n.Value)) > 0
		case *syntax.SglQuoted:
			found = found || len(architectures(n.Value)) > 0
		}
		return !found
	})
	return found
}

// tellsArchitecture tells whether a command prints the architecture of the machine it runs on.
func tellsArchitecture(c call) bool {
	switch c.name() {
	case "uname":
		return c.has("-m", "-p", "-i", "--machine")
	case "arch":
		return len(c.words) == 1
	case "dpkg":
		return c.has("--print-architecture")
	case "dpkg-architecture":
		return true
	case "apk":
		return c.has("--print-arch")
	case "rpm":
		return slices.ContainsFunc(c.args(), func(arg string) bool { return strings.Contains(arg, "_arch") })
	}
	return false
}
