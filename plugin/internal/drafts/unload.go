package drafts

import (
	"context"
	"fmt"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	dockerclient "github.com/moby/moby/client"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// unloader removes images of drafts from engines.
type unloader struct {
	host  dockercli.Host
	store *store.Store
	// silent are the engines that do not answer, by place, and why: they are not waited for once more.
	silent map[string]error
}

// unload removes a draft's images from the engine, and from the others that have tested them. What has their names and
// was not loaded from the draft stays, so does what a container uses, and so does everything when an engine does not
// answer: the notes say so, and nothing fails for it.
func (u unloader) unload(ctx context.Context, d draft.Draft) (notes []string) {
	names := loadedNames(ctx, u.store, d)
	if len(names) == 0 {
		return nil // and no engine to be asked
	}
	notes = u.unloadFrom(ctx, u.host, names)
	for _, place := range enginesOf(names) {
		there, err := u.host.On(place)
		if err != nil {
			notes = append(notes, fmt.Sprintf("what was loaded into the engine of %s stays there: %s", place, err))
			continue
		}
		own := slices.DeleteFunc(slices.Clone(names), func(n loadedName) bool { return !slices.Contains(n.engines, place) })
		notes = append(notes, u.unloadFrom(ctx, there, own)...)
	}
	return notes
}

// enginesOf are the engines that names may be in, other than the one in use, each once.
func enginesOf(names []loadedName) (places []string) {
	for _, name := range names {
		places = append(places, name.engines...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// unloadFrom removes images from the engine of a host.
func (u unloader) unloadFrom(ctx context.Context, h dockercli.Host, names []loadedName) (notes []string) {
	ctx, cancel := context.WithTimeout(ctx, dockercli.EngineWait)
	defer cancel()
	api, of, place := h.EngineClient(), "the engine", h.Elsewhere()
	if place != "" {
		of += " of " + place
	}
	for _, name := range names {
		ours, err := true, u.silent[place]
		if err == nil {
			ours, err = unload(ctx, api, name)
		}
		switch {
		case !ours:
			notes = append(notes, name.text+" left alone: not this draft's image")
		case err == nil || cerrdefs.IsNotFound(err):
		case cerrdefs.IsConflict(err):
			notes = append(notes, fmt.Sprintf("%s stays in %s: a container uses it", name.text, of))
		default:
			if ctx.Err() != nil || dockerclient.IsErrConnectionFailed(err) {
				u.silent[place] = err
			}
			return append(notes, fmt.Sprintf("%s was not asked to remove %s: %s", of, name.text,
				engine.Named(err, api.DaemonHost())))
		}
	}
	return notes
}

// unload removes an image from an engine, with what it was pulled by. One whose name has gone to another image is not
// ours.
func unload(ctx context.Context, engine dockerclient.APIClient, name loadedName) (ours bool, err error) {
	found, err := engine.ImageInspect(ctx, name.text)
	if err == nil && !slices.Contains(name.ids, found.ID) {
		return false, nil
	}
	if err == nil {
		_, err = engine.ImageRemove(ctx, name.text, dockerclient.ImageRemoveOptions{PruneChildren: true})
	}
	for _, pulled := range name.pulled {
		if err == nil {
			err = localtest.ForgetDigest(ctx, engine, pulled)
		}
	}
	return true, err
}
