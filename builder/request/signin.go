package request

import (
	"context"
	"fmt"
	"maps"
	"slices"

	buildxbuild "github.com/docker/buildx/build"
	"github.com/docker/buildx/util/buildflags"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
)

// places are where the build contexts are.
func (r Request) places() []string {
	places := []string{r.Context}
	if named, err := buildflags.ParseContextNames(r.BuildContexts); err == nil {
		places = slices.AppendSeq(places, maps.Values(named))
	}
	for _, context := range r.Contexts {
		places = append(places, context.Path)
	}
	return places
}

// lifted makes the addresses of build contexts such without user and password, and returns what BuildKit is lent in
// their place, by the names of the secrets.
func (r Request) lifted(inputs *buildxbuild.Inputs) (map[string]credential, error) {
	all := map[string]credential{}
	take := func(place string) (string, error) {
		left, c, err := lift(place)
		if c == nil || err != nil {
			return left, err
		}
		if other, is := all[c.id]; is && other.header != c.header {
			return "", fmt.Errorf("the build contexts sign in at %q with two passwords, of which BuildKit takes one; clone "+
				"one of them, and give the folder", c.host)
		}
		all[c.id] = *c
		return left, nil
	}
	var err error
	if inputs.ContextPath, err = take(inputs.ContextPath); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(inputs.NamedContexts)) {
		context := inputs.NamedContexts[name]
		if context.Path, err = take(context.Path); err != nil {
			return nil, err
		}
		inputs.NamedContexts[name] = context
	}
	return all, nil
}

// checkAddresses refuses addresses whose secrets could not be kept.
func (r Request) checkAddresses() error {
	o, err := r.options()
	if err != nil {
		return err
	}
	if _, err := r.lifted(&o.Inputs); err != nil {
		return err
	}
	return r.checkQueries(o.Attests)
}

// SignsInByHTTP is a build context at an address that is signed in at, and that is no repository of Git; empty: there
// is none.
func (r Request) SignsInByHTTP() string {
	for _, place := range r.places() {
		if _, c, err := lift(place); err == nil && c != nil && !c.git {
			return Place(place)
		}
	}
	return ""
}

// SignsIn tells that user or password of a build context are lent to BuildKit.
func (r Request) SignsIn() bool {
	return slices.ContainsFunc(r.places(), func(place string) bool {
		_, c, err := lift(place)
		return err == nil && c != nil
	})
}

// Unlisted tells that the address of the build context, or of the Dockerfile, has a secret that stays in it: whoever
// writes addresses down is not to know it.
func (r Request) Unlisted() bool {
	left, _, err := lift(r.Context)
	return err != nil || Place(left) != left || Place(r.File) != r.File
}

// provider answers BuildKit's questions for secrets.
func provider(specs []*buildflags.Secret, signIn map[string]credential) (session.Attachable, error) {
	store, err := storeOf(specs, signIn)
	return secretsprovider.NewSecretProvider(store), err
}

// storeOf are secrets that were given, and what the addresses sign in with where none of those is for the host.
func storeOf(specs []*buildflags.Secret, signIn map[string]credential) (secrets.SecretStore, error) {
	sources := make([]secretsprovider.Source, 0, len(specs))
	given := map[string]bool{}
	for _, s := range specs {
		sources, given[s.ID] = append(sources, secretsprovider.Source{ID: s.ID, FilePath: s.FilePath, Env: s.Env}), true
	}
	store, err := secretsprovider.NewStore(sources)
	if err != nil {
		return nil, err
	}
	own := lentSecrets{SecretStore: store, headers: map[string]string{}}
	for id, c := range signIn {
		if !slices.ContainsFunc(c.asked, func(id string) bool { return given[id] }) {
			own.headers[id] = c.header
		}
	}
	return own, nil
}

// lentSecrets are secrets that were given, and headers that addresses sign in with.
type lentSecrets struct {
	secrets.SecretStore
	headers map[string]string
}

// GetSecret implements [secrets.SecretStore].
func (l lentSecrets) GetSecret(ctx context.Context, id string) ([]byte, error) {
	if header, is := l.headers[id]; is {
		return []byte(header), nil
	}
	return l.SecretStore.GetSecret(ctx, id)
}
