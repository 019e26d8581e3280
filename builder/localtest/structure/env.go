package structure

import (
	"regexp"
	"slices"
	"strings"
)

// Env is an environment as a map.
type Env map[string]string

// EnvOf makes an environment of KEY=VALUE entries.
func EnvOf(entries []string) Env {
	env := Env{}
	for _, entry := range entries {
		key, value, _ := strings.Cut(entry, "=")
		env[key] = value
	}
	return env
}

// With returns the environment with more variables, whose values may refer to the earlier ones.
func (e Env) With(list []EnvVar) Env {
	env := make(Env, len(e)+len(list))
	for key, value := range e {
		env[key] = value
	}
	for _, variable := range list {
		env[variable.Key] = env.Expand(variable.Value)
	}
	return env
}

// reference matches $NAME and ${NAME}.
func reference() *regexp.Regexp { return regexp.MustCompile(`\$(\w+|\{\w+\})`) }

// Unset are the references in texts that [Env.Expand] leaves as they are, each once.
func (e Env) Unset(texts []string) (unset []string) {
	for _, text := range texts {
		for _, found := range reference().FindAllString(text, -1) {
			if _, ok := e[strings.Trim(found, "${}")]; !ok && !slices.Contains(unset, found) {
				unset = append(unset, found)
			}
		}
	}
	return unset
}

// Expand replaces $NAME and ${NAME} by their values. A name that is not set stays as it is written: it may be meant for
// a shell inside.
func (e Env) Expand(text string) string {
	return reference().ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := e[strings.Trim(found, "${}")]; ok {
			return value
		}
		return found
	})
}

// Entries lists the given variables as KEY=VALUE.
func (e Env) Entries(list []EnvVar) []string {
	entries := make([]string, 0, len(list))
	for _, variable := range list {
		entries = append(entries, variable.Key+"="+e[variable.Key])
	}
	return entries
}
