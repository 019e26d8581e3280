package registry

import (
	"context"
	"net/http"
	"time"
)

// giveUpLimit is how long a registry may take to drop an upload that is given up.
const giveUpLimit = 10 * time.Second

// CheckPush finds out whether the repository may be written to, which signing in
// does not tell: some registries give a token that allows to pull only. It begins
// an upload, which is given up at once. Errors are ErrRefused where it may not be
// written to, else ErrUnavailable or ErrIntegrity.
func (r *Repository) CheckPush(ctx context.Context) error {
	in := request{
		method: http.MethodPost,
		path:   "/blobs/uploads/",
		op:     "asking for the right to push to " + r.repo.RepositoryStr(),
		good:   []int{http.StatusAccepted},
	}
	resp, err := r.do(ctx, in)
	if err != nil {
		return err
	}
	discard(resp)
	r.giveUp(ctx, resp)
	return nil
}

// giveUp asks the registry to drop the upload that began with an answer; one that
// does not will drop it when it has become old. The request goes out with the
// credentials that began the upload and below authentication, which would answer a
// refusal by asking for a token that also allows to delete.
func (r *Repository) giveUp(ctx context.Context, began *http.Response) {
	ctx, cancel := context.WithTimeout(ctx, giveUpLimit)
	defer cancel()
	location, err := began.Location()
	if err != nil || location.Host != began.Request.URL.Host {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, location.String(), nil)
	if err != nil {
		return
	}
	for _, key := range []string{"Authorization", "User-Agent"} {
		if value := began.Request.Header.Get(key); value != "" {
			req.Header.Set(key, value)
		}
	}
	if resp, err := r.client.transport(r.host()).RoundTrip(req); err == nil {
		discard(resp)
	}
}
