// Package jsonvalues bounds what reading a JSON document takes: three bytes of one become a descriptor of some hundred.
package jsonvalues

import "fmt"

const (
	// Manifest is how many values a manifest, an index or a list of them may have. With what registries take, it holds
	// more layers and platforms than any engine.
	Manifest = 100_000
	// Document is how many any other may have, such as a config or an attestation.
	Document = 500_000
)

// Check refuses a document of more values than that. It need not be one of JSON.
func Check(body []byte, most int) error {
	values, quoted := 1, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == ',' || c == '[' || c == '{'):
			values++
		}
	}
	if values > most {
		return fmt.Errorf("it has more than %d values", most)
	}
	return nil
}
