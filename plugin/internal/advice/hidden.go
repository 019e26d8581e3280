package advice

import (
	"encoding/csv"
	"regexp"
	"strings"
)

// hiddenOptions are driver options as a shell takes them, with what was given for variables of the environment taken
// from the environment: it may be a password. Empty: there is none among them.
func hiddenOptions(flag, value string) string {
	head, options := "", value
	switch flag {
	case "driver-opt":
	case "node":
		endpoint, rest, found := strings.Cut(value, ",")
		if !found {
			return ""
		}
		head, options = shown(endpoint)+",", rest
	default:
		return ""
	}
	if !strings.Contains(options, "env.") {
		return ""
	}
	fields, err := csv.NewReader(strings.NewReader(options)).Read()
	if err != nil {
		return quote(head + "OPTIONS")
	}
	words, hides := []string(nil), false
	for _, field := range fields {
		key, given, found := strings.Cut(field, "=")
		name, isVariable := strings.CutPrefix(key, "env.")
		switch {
		case !isVariable && !found && hides: // the rest of a value with commas in it that was not quoted
		case !isVariable || !found:
			words = append(words, quote(csvField(field)))
		default:
			hides = true
			words = append(words, hiddenVariable(name, given))
		}
	}
	if !hides {
		return ""
	}
	if head != "" {
		head = quote(head)
	}
	return head + strings.Join(words, ",")
}

// hiddenVariable is the option for a variable: a shell takes its value from the environment, and says so where it is
// not there.
func hiddenVariable(name, value string) string {
	if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name) {
		return quote("env." + name + "=VALUE")
	}
	text := `"${` + name + `:?}"`
	if csvField(value) != value { // then quotes of CSV stand around the whole option
		return `'"env.` + name + `='` + text + `'"'`
	}
	return "env." + name + "=" + text
}

// csvField is a field of CSV.
func csvField(text string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{text}) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
