package localtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Judge is the service of a stack whose exit code is the verdict, as Docker Hub's automated tests have it.
const Judge = "sut"

// Stack is a compose file whose services an image is tested with: it stands in the place of one of them.
type Stack struct {
	// Text is how it was asked for.
	Text string
	File string
	// Service is the one in whose place the image stands; empty: the one that is built.
	Service string
	// Digest is of the file, as it was when it was asked for.
	Digest string
}

// ParseStack reads [SERVICE=]FILE.
func ParseStack(text string) (Stack, error) {
	s := Stack{Text: text, File: text}
	if service, file, ok := strings.Cut(text, "="); ok && regexp.MustCompile(`^[a-zA-Z0-9._-]+$`).MatchString(service) {
		s.Service, s.File = service, file
	}
	if s.File == "" {
		return s, fmt.Errorf("%q names no compose file; give it as FILE, or SERVICE=FILE", text)
	}
	return s, nil
}

// model is a compose file as `config --format json` writes it: whole, with all variables filled in.
type model struct {
	document map[string]any
	services map[string]map[string]any
	// own is the service in whose place the image stands.
	own string
}

// readModel reads a compose file, and finds the service in whose place the image stands.
func readModel(text []byte, s Stack) (*model, error) {
	m := &model{services: map[string]map[string]any{}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&m.document); err != nil {
		return nil, fmt.Errorf("reading what compose makes of %q: %w", s.File, err)
	}
	services, _ := m.document["services"].(map[string]any)
	for name, service := range services {
		if m.services[name], _ = service.(map[string]any); m.services[name] == nil {
			m.services[name] = map[string]any{}
		}
	}
	var err error
	m.own, err = m.serviceOf(s)
	if err == nil && m.services[Judge] == nil {
		err = fmt.Errorf("there is no service %q, whose exit code is the verdict; %s", Judge, m.there())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	return m, nil
}

// there lists the services.
func (m *model) there() string {
	return "there are " + strings.Join(slices.Sorted(maps.Keys(m.services)), ", ")
}

// serviceOf is the service that was named, else the only one that is built.
func (m *model) serviceOf(s Stack) (string, error) {
	if s.Service != "" {
		if m.services[s.Service] == nil {
			return "", fmt.Errorf("there is no service %q; %s", s.Service, m.there())
		}
		return s.Service, nil
	}
	var built []string
	for name, service := range m.services {
		if service["build"] != nil {
			built = append(built, name)
		}
	}
	if len(built) != 1 {
		return "", fmt.Errorf("name the service in whose place the image stands, as SERVICE=FILE: %d of them are built; %s",
			len(built), m.there())
	}
	return built[0], nil
}

// CheckStack reads the compose file of a stack, and starts nothing.
func CheckStack(ctx context.Context, spec Spec, s Stack) error {
	r := &runner{spec: spec, image: Image{Name: "image", ID: "image", Platform: "linux/amd64"}}
	c := &composed{runner: r, stack: s, project: "multiplat"}
	_, err := c.read(ctx)
	return err
}

// CheckComposer asks for the program that starts stacks.
func CheckComposer(ctx context.Context, spec Spec) error {
	c := &composed{runner: &runner{spec: spec}}
	out, err := c.compose(ctx, nil, "version")
	if err != nil {
		return err
	}
	if out.Refused != nil || out.Code != 0 {
		return errors.New(strings.Join(spec.Composer, " ") + " does not work here: " + lastLine(out))
	}
	return nil
}
