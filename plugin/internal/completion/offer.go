package completion

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// place is what is completed: a word of a command line that is not finished.
type place struct {
	cmd  *cobra.Command
	args []string
	// word is what is there of the word.
	word string
	host dockercli.Host
}

// given is the value of another flag on the line; empty where the command has none such.
func (p place) given(flag string) string {
	if f := p.cmd.Flags().Lookup(flag); f != nil {
		return f.Value.String()
	}
	return ""
}

// offers are what may stand in a place.
type offers struct {
	values []string
	// more tells that a value is not whole: no space follows it.
	more bool
	// files has the shell offer files, of these endings where there are some.
	files   bool
	endings []string
	folders bool
}

// offerer says what may stand in a place.
type offerer func(place) offers

// words offers values as they are.
func words(values ...string) offerer {
	return func(place) offers { return offers{values: values} }
}

// openWords offers beginnings, to which something is to be added.
func openWords(values ...string) offerer {
	return func(place) offers { return offers{values: values, more: true} }
}

// files has the shell offer files, of these endings where there are some.
func files(endings ...string) offerer {
	return func(place) offers { return offers{files: true, endings: endings} }
}

// folders has the shell offer folders.
func folders(place) offers { return offers{folders: true} }

// nothing offers nothing.
func nothing(place) offers { return offers{} }

// function is an offerer as cobra calls it.
func function(offer offerer, host func() dockercli.Host) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return offer(place{cmd, args, word, host()}).answer(word)
	}
}

// answer is what cobra is told. The order of the values is kept: the likely ones come first.
func (o offers) answer(word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch {
	case o.folders:
		return nil, cobra.ShellCompDirectiveFilterDirs
	case o.files && len(o.endings) == 0:
		return nil, cobra.ShellCompDirectiveDefault
	case o.files:
		return o.endings, cobra.ShellCompDirectiveFilterFileExt
	}
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	if o.more {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return beginning(o.values, word), directive
}

// beginning are the values that begin with a word, each once. One that a terminal would obey, or a shell take apart, is
// left out: whoever wrote it into a file did not mean it to be typed.
func beginning(values []string, word string) []string {
	var kept []string
	for _, value := range values {
		fit := value != "" && visible.Whole(value) == value && !strings.ContainsAny(value, " \t")
		if fit && strings.HasPrefix(value, word) && !slices.Contains(kept, value) {
			kept = append(kept, value)
		}
	}
	return kept
}

// without are values but for some.
func without(values, taken []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return slices.Contains(taken, value) })
}

// prefixed are values behind a prefix.
func prefixed(prefix string, values []string) []string {
	out := make([]string, 0, len(values))
	for _, value := range values {
		out = append(out, prefix+value)
	}
	return out
}

// suffixed are values before a suffix.
func suffixed(values []string, suffix string) []string {
	out := make([]string, 0, len(values))
	for _, value := range values {
		out = append(out, value+suffix)
	}
	return out
}

// listed offers values for the last word of a list with commas, but for those that are in it.
func listed(offer offerer) offerer {
	return func(p place) offers {
		i := strings.LastIndex(p.word, ",") + 1
		head := p.word[:i]
		p.word = p.word[i:]
		o := offer(p)
		o.values = prefixed(head, without(o.values, strings.Split(head, ",")))
		return o
	}
}

// keyed offers keys, and behind KEY= what offer says.
func keyed(keys, offer offerer) offerer {
	return func(p place) offers {
		key, value, found := strings.Cut(p.word, "=")
		if !found {
			o := keys(p)
			return offers{values: suffixed(o.values, "="), more: true}
		}
		p.word = value
		o := offer(p)
		o.values = prefixed(key+"=", o.values)
		return o
	}
}
