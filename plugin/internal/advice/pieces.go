package advice

import (
	"regexp"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/create"
	"github.com/docker-multiplat/docker-multiplat/builder/request"
	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// pieces take the value of a flag apart into what may be told and what may be a secret; nil: there is no secret in what
// the flag takes, but in an address.
func pieces(flag, value string) []keyvalue.Piece {
	switch flag {
	case "driver-opt":
		return keyvalue.Pieces(value, create.OpenOption)
	case "node":
		head, options, several := strings.Cut(value, ",")
		if !several {
			return nil
		}
		return slices.Concat([]keyvalue.Piece{{Text: shown(head) + ","}}, keyvalue.Pieces(options, create.OpenOption))
	case "buildkitd-flags":
		return create.FlagPieces(value)
	case "set":
		return setPieces(value)
	case buildArg, "test-env", "var":
		return variable(value)
	case "secret", "cache-from", "cache-to", "attest", "sbom", "provenance":
		return buildPieces(flag, value)
	}
	return nil
}

// variable is NAME=VALUE of which the value may be a secret. A name alone is none: its value is in the environment.
func variable(value string) []keyvalue.Piece {
	if !strings.Contains(value, "=") {
		return nil
	}
	return keyvalue.One(value, func(string) bool { return false })
}

// setPieces are those of TARGET.KEY=VALUE of a bake.
func setPieces(value string) []keyvalue.Piece {
	name, rest, named := strings.Cut(value, "=")
	words := strings.Split(name, ".")
	if !named || len(words) == 1 {
		return nil
	}
	var list []keyvalue.Piece
	switch kind := words[1]; kind {
	case "args":
		list = []keyvalue.Piece{{Text: rest, Secret: true, Key: words[len(words)-1]}}
	case "secret", "secrets", "cache-from", "cache-to", "attest":
		list = buildPieces(strings.TrimSuffix(kind, "s"), rest)
	}
	if list == nil {
		return nil
	}
	return slices.Concat([]keyvalue.Piece{{Text: name + "="}}, list)
}

// buildPieces are those of a flag of a build.
func buildPieces(flag, value string) []keyvalue.Piece {
	if flag != "secret" && !strings.Contains(value, "=") {
		return nil // the name of an image, or true and false
	}
	return keyvalue.Pieces(value, func(key string) bool { return slices.Contains(openKeys(flag), strings.ToLower(key)) })
}

// openKeys are those of which the values are no secrets.
func openKeys(flag string) []string {
	switch flag {
	case "secret":
		return []string{"id", "src", "source", "env", "type"}
	case "cache-from", "cache-to":
		return strings.Fields(`type ref src dest mode scope timeout repository version image-manifest oci-mediatypes
			registry.insecure digest tag compression compression-level force-compression ignore-error account_name prefix
			manifests_prefix blobs_prefix name names container bucket region touch_refresh use_path_style upload_parallelism
			disable_accept_encoding retry_mode retry_max_attempts url url_v2 endpoint_url account_url`)
	}
	return strings.Fields("type generator mode version disabled reproducible inline-only builder-id platform filename")
}

// asShown is a value of a flag as it may be told.
func asShown(flag, value string) string {
	if list := pieces(flag, value); list != nil {
		return masked(list)
	}
	return shown(value)
}

// masked puts pieces together, also without the secrets of the addresses in them.
func masked(list []keyvalue.Piece) string {
	list = slices.Clone(list)
	for i := range list {
		if !list[i].Secret {
			list[i].Text = shown(list[i].Text)
		}
	}
	return keyvalue.Join(list)
}

// asTyped is a value as a shell takes it, which takes from its environment what may be a secret, and says so where that
// is not there; empty: there is no secret in it.
func asTyped(flag, value string) string {
	list := pieces(flag, value)
	if !slices.ContainsFunc(list, func(p keyvalue.Piece) bool { return p.Secret }) {
		return ""
	}
	var words strings.Builder
	plain := ""
	for _, piece := range list {
		switch {
		case !piece.Secret:
			plain += shown(piece.Text)
			continue
		case !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(variableOf(piece)):
			plain += "VALUE"
			continue
		}
		words.WriteString(typed(plain) + `"${` + variableOf(piece) + `:?}"`)
		plain = ""
	}
	return words.String() + typed(plain)
}

// typed is a part of a word as a shell takes it.
func typed(text string) string {
	if text == "" {
		return ""
	}
	return quote(text)
}

// variableOf is the variable of the environment that a secret is taken from.
func variableOf(piece keyvalue.Piece) string { return strings.TrimPrefix(piece.Key, "env.") }

// sounds tells that by its name a variable holds a secret.
func sounds(name string) bool {
	return regexp.MustCompile(`(?i)pass|pwd|token|secret|key|cred|auth|sign`).MatchString(name)
}

// places are the addresses that a value is or has.
func places(value string) (list []string) {
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '"' }) {
		if name, place, named := strings.Cut(part, "="); named && !strings.Contains(name, "://") {
			part = place
		}
		if request.Place(part) != part {
			list = append(list, part)
		}
	}
	return list
}
